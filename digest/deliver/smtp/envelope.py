"""What is said of one letter: the command that announces it, its content as it travels, or why it can't."""

from __future__ import annotations

import re

from digest.deliver.smtp.replies import Offers
from digest.model.protocols import Message, SendResult, Stage

_DOT = re.compile(rb"(?m)^\.")
_END = b".\r\n"
_ANY_LINE_END = re.compile(rb"\r\n?|\n")


def announced(letter: Message, offers: Offers) -> tuple[bytes, bytes]:
    """The commands that say whom the letter is from, with what the server wants to know in advance, and for whom."""
    mail = b"MAIL FROM:<%b>" % letter.sender.encode()
    if offers.size:
        mail += b" SIZE=%d" % letter.size
    if offers.eight_bit and not _is_ascii(letter):
        mail += b" BODY=8BITMIME"
    if _needs_smtputf8(letter):
        mail += b" SMTPUTF8"
    return mail + b"\r\n", b"RCPT TO:<%b>\r\n" % letter.recipient.encode()


def refusal(letter: Message, offers: Offers) -> SendResult | None:
    """Why this server can't take the letter: what it would say itself, if it were asked."""
    stage, code, text = Stage.RCPT, 553, ""
    if not (letter.recipient.isprintable() and letter.sender.isprintable()):
        text = f"this is no address: {letter.recipient!r}"
    elif _needs_smtputf8(letter) and not offers.smtputf8:
        text = f"the mail server takes no international addresses (SMTPUTF8): {letter.recipient}"
    elif not (offers.eight_bit or offers.smtputf8 or _is_ascii(letter)):
        stage, code = Stage.DATA, 554
        text = "the mail server takes ASCII alone (no 8BITMIME), and the mail holds more"
    elif offers.largest and letter.size > offers.largest:
        stage, code = Stage.MAIL, 552
        text = f"the mail has {letter.size:,} bytes, and the mail server takes {offers.largest:,}"
    return SendResult(message=letter, stage=stage, code=code, text=text) if text else None


def _needs_smtputf8(letter: Message) -> bool:
    """Is an address on the envelope or in the header in more than ASCII (RFC 6531)?"""
    if not (letter.recipient.isascii() and letter.sender.isascii()):
        return True
    return not (_is_ascii(letter) or letter.content.partition(b"\r\n\r\n")[0].isascii())


def _is_ascii(letter: Message) -> bool:
    return letter.is_wire_ready or all(map(bytes.isascii, letter.chunks))


def in_a_chunk(letter: Message) -> tuple[bytes, ...]:
    """The content as it travels where its length is told beforehand (RFC 3030)."""
    return letter.chunks if letter.is_wire_ready else (_clean(letter.content),)


def up_to_a_dot(letter: Message) -> tuple[bytes, ...]:
    """The content up to its final dot: lines that begin with one get another (RFC 5321, 4.5.2)."""
    if letter.is_wire_ready:
        return *letter.chunks, _END
    return _DOT.sub(b"..", _clean(letter.content)), _END


def _clean(content: bytes) -> bytes:
    """The content with CRLF as its only line end, also the last one."""
    # A line end of another kind before a dot would be the end to some servers, and the rest a mail of its own.
    if not content.count(b"\n") == content.count(b"\r") == content.count(b"\r\n"):
        content = _ANY_LINE_END.sub(b"\r\n", content)
    return content if content.endswith(b"\r\n") else content + b"\r\n"
