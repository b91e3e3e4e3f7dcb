"""One message as SMTP bytes: its MAIL and RCPT commands and its content; or why a server can't take it."""

from __future__ import annotations

import re

from digest.deliver.smtp.outcomes import Stage, outcome_of
from digest.deliver.smtp.replies import Capabilities
from digest.model.protocols import Message, SendResult

_LEADING_DOT = re.compile(rb"(?m)^\.")
_END_OF_DATA = b".\r\n"
_ANY_LINE_END = re.compile(rb"\r\n?|\n")


def envelope_commands(message: Message, capabilities: Capabilities) -> tuple[bytes, bytes]:
    """MAIL, with the parameters that the server's extensions ask for, and RCPT."""
    mail = b"MAIL FROM:<%b>" % message.sender.encode()
    if capabilities.size:
        mail += b" SIZE=%d" % message.size
    if capabilities.eight_bit and not _is_ascii(message):
        mail += b" BODY=8BITMIME"
    if _needs_smtputf8(message):
        mail += b" SMTPUTF8"
    return mail + b"\r\n", b"RCPT TO:<%b>\r\n" % message.recipient.encode()


def unsupported(message: Message, capabilities: Capabilities) -> SendResult | None:
    """The rejection of a message that this server can't take, without asking it; None if it can."""
    stage, code, reply = Stage.RCPT, 553, ""
    if not (message.recipient.isprintable() and message.sender.isprintable()):
        reply = f"not an email address: {message.recipient!r}"
    elif _needs_smtputf8(message) and not capabilities.smtputf8:
        reply = f"the mail server supports no international addresses (SMTPUTF8): {message.recipient}"
    elif not (capabilities.eight_bit or capabilities.smtputf8 or _is_ascii(message)):
        stage, code = Stage.DATA, 554
        reply = "the mail server supports ASCII only (no 8BITMIME), and the mail contains other characters"
    elif capabilities.max_size and message.size > capabilities.max_size:
        stage, code = Stage.MAIL, 552
        reply = f"the mail has {message.size:,} bytes, and the mail server takes {capabilities.max_size:,}"
    return SendResult(message=message, outcome=outcome_of(stage, code), code=code, reply=reply) if reply else None


def _needs_smtputf8(message: Message) -> bool:
    """Has an address on the envelope, or any header, characters beyond ASCII (RFC 6531)?"""
    if not (message.recipient.isascii() and message.sender.isascii()):
        return True
    return not (_is_ascii(message) or message.content.partition(b"\r\n\r\n")[0].isascii())


def _is_ascii(message: Message) -> bool:
    return message.is_wire_ready or all(map(bytes.isascii, message.chunks))


def bdat_content(message: Message) -> tuple[bytes, ...]:
    """The content to send after BDAT, whose length is known beforehand (RFC 3030)."""
    return message.chunks if message.is_wire_ready else (_with_crlf(message.content),)


def data_content(message: Message) -> tuple[bytes, ...]:
    """The content to send after DATA, with leading dots doubled, up to the final dot (RFC 5321, section 4.5.2)."""
    if message.is_wire_ready:
        return *message.chunks, _END_OF_DATA
    return _LEADING_DOT.sub(b"..", _with_crlf(message.content)), _END_OF_DATA


def _with_crlf(content: bytes) -> bytes:
    """The content with CRLF as its only line end, also after the last line."""
    # SMTP smuggling: some servers would take a bare CR or LF before a dot as the end, and the remainder as a new mail.
    if not content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n"):
        content = _ANY_LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"
