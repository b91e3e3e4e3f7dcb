"""What is said of one letter: the command that announces it, its content as it travels, or why it can't."""

from __future__ import annotations

import re

from digest.mailers.smtp.replies import Offers
from digest.ports import Letter, Stage

_DOT = re.compile(rb"(?m)^\.")
_ANY_LINE_END = re.compile(rb"\r\n?|\n")


def mail_command(letter: Letter, offers: Offers) -> bytes:
    """Announces the letter, with what the server wants to know of it in advance."""
    command = b"MAIL FROM:<%b>" % letter.sender.encode()
    if offers.size:
        command += b" SIZE=%d" % len(letter.content)
    if offers.eight_bit and not letter.content.isascii():
        command += b" BODY=8BITMIME"
    if _needs_smtputf8(letter):
        command += b" SMTPUTF8"
    return command + b"\r\n"


def _needs_smtputf8(letter: Letter) -> bool:
    return not (letter.recipient.isascii() and letter.sender.isascii())


def refusal(letter: Letter, offers: Offers) -> tuple[Stage, int, str] | None:
    """Why this server can't take the letter: what it would say itself, if it were asked."""
    size = len(letter.content)
    if not (letter.recipient.isprintable() and letter.sender.isprintable()):
        return Stage.RCPT, 553, f"this is no address: {letter.recipient!r}"
    if _needs_smtputf8(letter) and not offers.smtputf8:
        return Stage.RCPT, 553, f"the mail server takes no international addresses (SMTPUTF8): {letter.recipient}"
    if not (offers.eight_bit or offers.smtputf8 or letter.content.isascii()):
        return Stage.DATA, 554, "the mail server takes ASCII alone (no 8BITMIME), and the mail holds more"
    if offers.largest and size > offers.largest:
        return Stage.MAIL, 552, f"the mail has {size:,} bytes, and the mail server takes {offers.largest:,}"
    return None


def clean(content: bytes) -> bytes:
    """The content with CRLF as its only line end, also the last one."""
    # A line end of another kind before a dot would be the end to some servers, and the rest a mail of its own.
    if not content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n"):
        content = _ANY_LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"


def stuffed(content: bytes) -> bytes:
    """The content before its final dot: lines that begin with one get another (RFC 5321, 4.5.2)."""
    return _DOT.sub(b"..", clean(content))
