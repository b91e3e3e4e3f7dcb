"""Whole mails: golden files, and their content as Python parses it."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from digest.deliver.message.prepare import prepare_message, preview_message
from digest.model.editions import Edition
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
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
def test_a_mail_equals_its_golden_file(name: str) -> None:
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
    rendered_edition = rendered()
    mail = parsed(prepare_message(rendered_edition, edition_headers()).content_for(recipient()))
    plain, rich = (str(part.get_content()).replace("\r\n", "\n") for part in mail.iter_parts())

    assert mail.get_content_type() == "multipart/alternative"
    assert plain == rendered_edition.text.replace(PLACEHOLDER, TOKEN)
    assert rich.rstrip() == rendered_edition.html.replace(PLACEHOLDER, TOKEN).rstrip()
    assert not mail.defects
    assert not [defect for part in mail.walk() for defect in part.defects]
    assert not [defect for value in mail.values() for defect in value.defects]


def test_date_and_message_id_are_those_of_the_edition_and_the_ledger() -> None:
    mail = parsed(
        prepare_message(edition(), edition_headers()).content_for(recipient(message_id="<4f1c.7@example.org>"))
    )

    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail["Message-ID"] == "<4f1c.7@example.org>"


def test_no_line_exceeds_the_smtp_limit() -> None:
    mail = prepare_message(rendered(60), edition_headers()).content_for(recipient())

    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", mail)
    assert mail.isascii()


def test_the_list_takes_no_replies() -> None:
    assert "List-Post: NO" in head(prepare_message(edition(), edition_headers()).content_for(recipient()))


def test_automatic_replies_are_suppressed() -> None:
    mail = parsed(prepare_message(edition(), edition_headers()).content_for(recipient()))

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Precedence"] == "list"
    assert mail["X-Auto-Response-Suppress"] == "OOF, AutoReply"


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (Mailbox.parse("Main <main@example.org>"), "Main <main@example.org>"),
        (None, "The Harbour Letter <digest@preview.invalid>"),
    ],
    ids=["sender", "no sender yet"],
)
def test_a_preview_has_no_recipient(sender: Mailbox | None, expected: str) -> None:
    newsletter = Newsletter(id="harbour", title="The Harbour Letter", sender=sender)

    mail = parsed(preview_message(edition(), newsletter))

    assert mail["From"] == expected
    assert not mail["To"].addresses
    assert parsedate_to_datetime(mail["Date"]) == SLOT.due
    assert "List-Unsubscribe" not in mail
    assert preview_message(edition(), newsletter) == preview_message(edition(), newsletter)
    assert preview_message(edition(text="Another"), newsletter) != preview_message(edition(), newsletter)


def test_an_empty_subject_becomes_the_newsletters_title() -> None:
    mail = prepare_message(edition(subject=" \u200b"), edition_headers()).content_for(recipient())

    assert "Subject: The Harbour Letter" in head(mail)


def test_an_empty_title_leaves_the_newsletters_id() -> None:
    mail = prepare_message(edition(subject="\u200b"), edition_headers(title="\u200b")).content_for(recipient())

    assert "Subject: harbour" in head(mail)
    assert "List-Id: <harbour.example.org>" in head(mail)
