"""Classifies a mail server's failure text: is the address dead, the mailbox full, or the sender at fault?

Words come before numbers: servers give a code such as 5.1.1 or 5.2.1 for many reasons, but say in words if the sender's
authentication, reputation, content or rate is to blame. ``phrases.py`` has the words; the numbers are enhanced status
codes (RFC 3463) and reply codes.
"""

from __future__ import annotations

import enum
import re

from digest.deliver.bounces import phrases


class MailKind(enum.StrEnum):
    """What an inbound mail is."""

    #: The address does not exist any more.
    HARD_BOUNCE = "hard"
    #: The address could not be reached: the mailbox is full, say, or its server was down for days.
    SOFT_BOUNCE = "soft"
    #: The message or its sender was rejected: nothing is wrong with the address.
    REJECTED = "refused"
    #: The message is still on its way, or has arrived.
    DELAYED = "delayed"
    #: The reader reported the mail as spam.
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "leave"
    #: A person asks for a newsletter.
    SUBSCRIBE = "subscribe"
    #: A person answers the mail that asks to confirm a subscription.
    CONFIRM = "confirm"
    #: Sent by a machine and none of the above: an out-of-office reply, a newsletter.
    AUTOMATIC = "automatic"
    OTHER = "other"


#: Enhanced status code (RFC 3463); not within a longer number, such as an IP address.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])[45]\d\d(?=[ ,-])")
_NO_SUCH_ADDRESS_STATUS = re.compile(r"5\.(1\.([0-4]|6|10)|2\.1|4\.4)")
#: Also the sender's address: 5.1.7 to 5.1.9, and a sender's domain that receives no mail (RFC 7505).
_REJECTED_STATUS = re.compile(r"[45]\.([67]\.\d+|1\.[789]|2\.3|3\.4|5\.\d+)")
_MULTILINE_REPLY = re.compile(r"(?<![\d.])([45]\d\d)-(?:[45]\.\d+\.\d+ )?(?=.*\1[- ])")
_ADDRESS = re.compile(r"<?[^\s<>()@,;:]{1,200}@[^\s<>()@,;:]{1,200}>?")
_URL = re.compile(r"https?://\S{1,500}|\bwww\.\S{1,300}", re.IGNORECASE)
#: Longer texts are not a server's reply.
_MAX_TEXT = 3_000


def classify_failure(status: str, text: str) -> MailKind:
    """Classify a failed delivery by its enhanced status code (empty if there is none) and the server's text.

    A failure of which nothing is known counts as a soft bounce.
    """
    return recognise_failure(status, text) or MailKind.SOFT_BOUNCE


def recognise_failure(status: str, text: str) -> MailKind | None:
    """Classify a failed delivery as ``classify_failure`` does; None if neither words nor code give a reason."""
    text = text[:_MAX_TEXT]
    original, text = text, phrases.GATEWAY_PREFIX.sub(" ", text)
    code = _most_specific_code(status, text) or _most_specific_code(status, original)
    words = _words(text)
    if phrases.TEMPORARY.search(words) and not phrases.BLAMING_URL.search(text):
        return MailKind.REJECTED if _REJECTED_STATUS.fullmatch(code) else MailKind.SOFT_BOUNCE
    if phrases.BLAMING_URL.search(text) or phrases.SENDER_AT_FAULT.search(words):
        return MailKind.REJECTED
    if phrases.MAILBOX_FULL.search(words):
        return MailKind.SOFT_BOUNCE
    if code.startswith("4"):  # the server gave up after days of temporary failures
        return MailKind.REJECTED if _REJECTED_STATUS.fullmatch(code) else MailKind.SOFT_BOUNCE
    if phrases.NO_SUCH_ADDRESS.search(words):
        return MailKind.HARD_BOUNCE
    if _REJECTED_STATUS.fullmatch(code) or phrases.REJECTED.search(words):
        return MailKind.REJECTED
    if _NO_SUCH_ADDRESS_STATUS.fullmatch(code):
        return MailKind.HARD_BOUNCE
    return None if not code or code.endswith(".0") else MailKind.SOFT_BOUNCE


def is_no_such_address(status: str) -> bool:
    """The enhanced status code is one of those for an address that does not exist."""
    return bool(_NO_SUCH_ADDRESS_STATUS.fullmatch(status.strip()))


def _words(text: str) -> str:
    """The text on one line, without addresses, URLs and the codes that begin each line of a reply."""
    text = _MULTILINE_REPLY.sub(" ", " ".join(text.split()))
    return " ".join(_ADDRESS.sub(" ", _URL.sub(" ", text)).split())


def _most_specific_code(status: str, text: str) -> str:
    """The first code in the text that gives a reason, or else the status field's; ``x.0.0`` gives none."""
    in_text = [match[0] for match in _STATUS.finditer(text) if not match[0].startswith("2")]
    in_field = [match[0] for match in _STATUS.finditer(status)][:1]
    codes = [*in_text, *in_field]
    if specific := [code for code in codes if not _is_unspecific(code)]:
        return specific[0]
    if codes:
        return codes[0]
    if reply_code := _REPLY_CODE.search(text):
        return f"{reply_code[0][0]}.0.0"
    return ""


def _is_unspecific(code: str) -> bool:
    return code.endswith(".0.0")
