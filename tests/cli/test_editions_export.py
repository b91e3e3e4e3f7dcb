"""``digest editions export`` and ``digest preview --format epub``: an edition as a file for anybody."""

from __future__ import annotations

from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.cli import main
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, UNSUBSCRIBE_PLACEHOLDER
from digest.store import editions, open_store, stories
from tests.support.epubs import chapters, documents, text_of
from tests.support.values import NOON, article, brief, edition

SETTINGS = """
[[newsletters]]
id = "main"
title = "Harbour News"
greeting = "Good morning, {name}!"
"""
LINK = f"https://news.example/unsubscribe/{UNSUBSCRIBE_PLACEHOLDER}"
HTML = f'<p>{GREETING_PLACEHOLDER}</p><p>It opens.</p><a href="{LINK}">Unsubscribe</a>'
TEXT = f"{GREETING_PLACEHOLDER}\nIt opens.\nUnsubscribe: {LINK}\n"


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the settings in the present folder, with editions of this newsletter and of a former one."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as opened, opened.begin() as conn:
        for newsletter_id in ("main", "former"):
            published = edition(newsletter_id=newsletter_id, html=HTML, text=TEXT)
            id_, _ = editions.add(conn, published, at=NOON)
            stories.add(conn, id_, [brief(article("1", title="The harbour opens", url="https://herald.example/1"))])


def test_each_format_is_chosen_by_the_ending_and_names_no_subscriber() -> None:
    for name in ("a.epub", "a.html", "a.txt", "a.eml", "b.epub"):
        assert main(["editions", "export", "1", "-o", name]) == 0

    (page,) = chapters(Path("a.epub").read_bytes())
    mail = message_from_bytes(Path("a.eml").read_bytes(), policy=policy.default)
    assert text_of(page).startswith("The harbour opens Harbour Herald · 28 March, 12:00 The harbour opens again.")
    assert Path("a.epub").read_bytes() == Path("b.epub").read_bytes()
    assert Path("a.html").read_text() == "<p>Good morning!</p><p>It opens.</p>"
    assert Path("a.txt").read_text() == "Good morning!\nIt opens.\n"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "unsubscribe" not in Path("a.eml").read_text().casefold()


def test_an_edition_of_a_newsletter_that_is_no_longer_set_is_named_by_its_id(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["editions", "export", "2", "--format", "epub"]) == 0
    assert text_of(documents(capsysbinary.readouterr().out)["EPUB/title.xhtml"]).startswith("former Sunday, 29 March")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["1", "-o", "a.pdf"], "no format for the ending '.pdf'"),
        (["9", "-o", "a.epub"], "there is no edition 9"),
        (["1", "-o", "nowhere/a.epub"], "can't write nowhere/a.epub"),
    ],
)
def test_what_cannot_be_written_is_said(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["editions", "export", *arguments]) != 0
    assert message in capsys.readouterr().err
    assert not Path("a.epub").exists()


def test_a_preview_is_written_as_an_epub(capsys: pytest.CaptureFixture[str]) -> None:
    Path("ferry.txt").write_text("The ferry stayed in harbour for the third day because of strong wind.")

    assert main(["preview", "ferry.txt", "-o", "ferry.epub"]) == 0
    assert main(["preview", "ferry.txt", "--format", "epub", "--open"]) == 2
    (page,) = chapters(Path("ferry.epub").read_bytes())
    assert "The ferry stayed in harbour for the third day" in text_of(page)
    assert "a browser can't show an EPUB" in capsys.readouterr().err
