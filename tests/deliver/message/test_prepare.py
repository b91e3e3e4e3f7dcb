"""A whole mail: as it is meant to be, byte for byte, and as every mail program reads it."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from digest.deliver.message.prepare import prepare_message, preview_message
from digest.model import Edition, Newsletter
from digest.model.mailbox import Mailbox
from digest.render import Links, RenderOptions, render
from tests.support.digests import digest
from tests.support.messages import PLACEHOLDER, TOKEN, edition_headers, head, parsed, recipient
from tests.support.values import NOON, SLOT, edition

GOLDEN = Path(__file__).resolve().parents[2] / "data" / "message"
LINK = f"https://news.example.org/unsubscribe/{PLACEHOLDER}"

EDITIONS = {
    "german": edition(
        subject="Zwölf Kräne ziehen um – und der Nachtzug an die Küste fährt wieder, zunächst an drei Tagen",
        text=f"Hafenbrief\n\n1. Zwölf Kräne ziehen um\n\n.\nFrom here on  two spaces\n\nAbmelden: {LINK}\n",
        html=f'<html lang="de"><h1>Zwölf Kräne</h1><p>a=b <a href="{LINK}?a=1&amp;b=2">Abmelden</a></p></html>',
        language="de",
    ),
    "japanese": edition(
        subject="港が二年の工事を終えて再び開き、最初の船が土曜日の朝に入港したと港湾局が発表した",
        text=f"港が二年の工事を終えて再び開いた。\n\n配信停止: {LINK}\n" * 3,
        html=f'<html lang="ja"><h1>港が再び開いた</h1><p>最初の船が入港した。</p><a href="{LINK}">停止</a></html>' * 3,
        language="ja",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITIONS)
def test_a_mail_is_the_golden_one_byte_for_byte(name: str) -> None:
    sender = Mailbox.parse("Hafenbrief, täglich <brief@bücher.example>")
    reader = recipient("leserin@example.net", "Leserin in der Hafenbehörde")

    mail = prepare_message(EDITIONS[name], edition_headers(sender=sender, title="Hafenbrief, täglich")).content_for(
        reader
    )

    assert mail == (GOLDEN / f"{name}.eml").read_bytes()


def rendered(stories: int = 12) -> Edition:
    return render(
        digest(stories=stories), RenderOptions(links=Links(unsubscribe=LINK, web="https://news.example.org/3"))
    )


def test_an_edition_reads_as_it_was_rendered() -> None:
    made = rendered()
    found = parsed(prepare_message(made, edition_headers()).content_for(recipient()))
    plain, rich = (str(part.get_content()).replace("\r\n", "\n") for part in found.iter_parts())

    assert found.get_content_type() == "multipart/alternative"
    assert plain == made.text.replace(PLACEHOLDER, TOKEN)
    assert rich.rstrip() == made.html.replace(PLACEHOLDER, TOKEN).rstrip()
    assert not found.defects
    assert not [defect for part in found.walk() for defect in part.defects]
    assert not [defect for value in found.values() for defect in value.defects]


def test_every_try_says_the_same_date_and_id() -> None:
    found = parsed(
        prepare_message(edition(), edition_headers()).content_for(recipient(message_id="<4f1c.7@example.org>"))
    )

    assert parsedate_to_datetime(found["Date"]) == NOON
    assert found["Message-ID"] == "<4f1c.7@example.org>"


def test_no_line_is_longer_than_a_mail_server_must_take() -> None:
    mail = prepare_message(rendered(60), edition_headers()).content_for(recipient())

    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail)
    assert mail.isascii()


def test_nobody_answers_it_to_all() -> None:
    assert "List-Post: NO" in head(prepare_message(edition(), edition_headers()).content_for(recipient()))


def test_nothing_answers_it_automatically() -> None:
    found = parsed(prepare_message(edition(), edition_headers()).content_for(recipient()))

    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Precedence"] == "list"
    assert found["X-Auto-Response-Suppress"] == "OOF, AutoReply"


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        (Mailbox.parse("Main <main@example.org>"), "Main <main@example.org>"),
        (None, "The Harbour Letter <digest@localhost>"),
    ],
    ids=["sender", "no sender yet"],
)
def test_a_preview_is_a_mail_to_nobody(sender: Mailbox | None, shown: str) -> None:
    newsletter = Newsletter(id="harbour", title="The Harbour Letter", sender=sender)

    found = parsed(preview_message(edition(), newsletter))

    assert found["From"] == shown
    assert not found["To"].addresses
    assert parsedate_to_datetime(found["Date"]) == SLOT.due
    assert "List-Unsubscribe" not in found
    assert preview_message(edition(), newsletter) == preview_message(edition(), newsletter)
    assert preview_message(edition(text="Another"), newsletter) != preview_message(edition(), newsletter)


def test_a_subject_of_nothing_is_the_newsletters_title() -> None:
    mail = prepare_message(edition(subject=" \u200b"), edition_headers()).content_for(recipient())

    assert "Subject: The Harbour Letter" in head(mail)


def test_a_title_of_nothing_leaves_the_newsletters_id() -> None:
    mail = prepare_message(edition(subject="\u200b"), edition_headers(title="\u200b")).content_for(recipient())

    assert "Subject: harbour" in head(mail)
    assert "List-Id: <harbour.example.org>" in head(mail)
