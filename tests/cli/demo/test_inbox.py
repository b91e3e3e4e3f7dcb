"""Received mails as pages show them."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage

from digest.cli.demo.inbox import Inbox, ReceivedMail, parse_mail

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def _parse(content: bytes) -> ReceivedMail:
    return parse_mail(content, id_=1, recipients=("a@demo.example",), received=NOON)


def test_parts_and_pictures_of_a_mail() -> None:
    message = EmailMessage()
    message["Subject"] = "Züge fahren"
    message.set_content("Text für alle")
    message.add_alternative("<html><head></head><body>ä<img src='cid:one'></body></html>", subtype="html")
    [*message.iter_parts()][1].add_related(b"\x89PNG", "image", "png", cid="<one>")

    mail = _parse(message.as_bytes())

    assert (mail.subject, mail.text.strip(), mail.kind) == ("Züge fahren", "Text für alle", "html")
    assert "ä<img src='data:image/png;base64,iVBORw==" in mail.html
    assert '<head><base target="_blank">' in mail.html


def test_damaged_mails_are_shown_as_far_as_possible() -> None:
    for content in (
        b"",
        b"\xff\xfe\x00",
        b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xe4",
        b"From: <\r\n\r\nx",
    ):
        assert _parse(content).kind == "text"


def test_old_mails_are_forgotten_and_numbers_go_on() -> None:
    inbox = Inbox()
    for _ in range(205):
        last = inbox.add(("a@demo.example",), b"\r\n")

    assert last.id == 205
    assert len(inbox.newest_first()) == 200
    assert inbox.find(5) is None
    assert inbox.find(205) == last
