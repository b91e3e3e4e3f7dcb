"""Newsletters' mails, as a server delivers them: with its word on whose signature is valid."""

from __future__ import annotations

SERVER = "mx.example.org"
SENT = "Sun, 29 Mar 2026 05:00:00 +0000"
_TEXT = (
    "<h1>Ferry number {number} returns</h1>"
    "<p>The ferry number {number} came back to the harbour on Monday after repair."
    " The harbour master said that all {number} passengers were well, and that a second ship will follow in May.</p>"
    "<p>Tickets cost {number} euros, and the first crossing to the islands leaves at seven in the morning.</p>"
)


def newsletter_mail(
    number: int,
    *,
    sender: str = "Harbour Post <news@harbour.example>",
    signed_by: str = "harbour.example",
    subject: str = "",
    message_id: str | None = None,
    sent: str = SENT,
    headers: str = "",
    server: str = SERVER,
) -> bytes:
    """A mail with a text of its own; ``signed_by`` is the domain whose signature the server verified."""
    identifier = f"<{number}@harbour.example>" if message_id is None else message_id
    lines = [
        f"Authentication-Results: {server}; dkim=pass header.d={signed_by}" if signed_by else "",
        f"From: {sender}",
        f"Subject: {subject or f'Ferry number {number} returns to the harbour'}",
        f"Date: {sent}",
        f"Message-ID: {identifier}" if identifier else "",
        headers,
        "Content-Type: text/html; charset=utf-8",
    ]
    head = "\r\n".join(filter(None, lines))
    return f"{head}\r\n\r\n{_TEXT.format(number=number)}".encode()
