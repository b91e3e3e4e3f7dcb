"""Classifies a mail server's failure text: is the address dead, the mailbox full, or the message rejected?

By enhanced status code (RFC 3463), reply code, and the phrases that servers use. To teach a new phrase, extend the
patterns here; to teach a new form of bounce mail, see ``parse.py``.
"""

from __future__ import annotations

import enum
import re


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
    #: Sent by a machine and none of the above: an out-of-office reply, a newsletter.
    AUTOMATIC = "automatic"
    OTHER = "other"


#: Enhanced status code (RFC 3463); not within a longer number, such as an IP address.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_REPLY_CODE = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
_NO_SUCH_ADDRESS_STATUS = re.compile(r"5\.(1\.([0-4]|6|10)|2\.1|4\.4)")
_REJECTED_STATUS = re.compile(r"[45]\.([67]\.\d+|2\.3|3\.4|5\.\d+)")
#: The sender, or the machine that sends, is at fault.
_SENDER_STATUS = re.compile(r"[45]\.1\.[789]")
_SENDER_TEXT = re.compile(r"\b(sender|from address|helo|ehlo|client host|reverse dns|ptr record)\b", re.IGNORECASE)
#: Phrases of servers that give a wrong status code, or none.
_NO_SUCH_ADDRESS_TEXT = re.compile(
    r"(user|recipient|mailbox|account|address|alias)\s+(is\s+)?(unknown|invalid|not\s+(found|known|exist)|disabled|"
    r"inactive|(does\s*n.t|does\s+not|no\s+longer)\s+exist\w*)|"
    r"(no\s+such|unknown|invalid|non.?existent)\s+(local\s+)?(user|recipient|mailbox|account|address|person)|"
    r"no\s+mailbox|recipnotfound|recipient\s+address\s+rejected:\s+access\s+denied|"
    r"(host|domain)( name)?\s+(was\s+)?not\s+found|no\s+such\s+(host|domain)|unrouteable\s+address",
    re.IGNORECASE,
)
_MAILBOX_FULL_TEXT = re.compile(
    r"(mail)?box\s+(is\s+)?full|quota|over\s+its\s+(limit|storage)|insufficient\s+storage", re.IGNORECASE
)
_POLICY_TEXT = re.compile(
    r"\b(spam|unsolicited|black\s*list|block\s*list|blocked|polic(y|ies)|reputation|dmarc|dkim|spf)", re.I
)


def classify_failure(status: str, text: str) -> MailKind:
    """Classify a failed delivery by its enhanced status code (empty if there is none) and the server's text."""
    code = _most_specific_code(status, text)
    if _SENDER_STATUS.fullmatch(code) or _SENDER_TEXT.search(text):
        return MailKind.REJECTED
    if code.startswith("4"):  # the server gave up after days of temporary failures
        return MailKind.REJECTED if _REJECTED_STATUS.fullmatch(code) else MailKind.SOFT_BOUNCE
    if _MAILBOX_FULL_TEXT.search(text):
        return MailKind.SOFT_BOUNCE
    if _NO_SUCH_ADDRESS_STATUS.fullmatch(code) or _NO_SUCH_ADDRESS_TEXT.search(text):
        return MailKind.HARD_BOUNCE
    if _REJECTED_STATUS.fullmatch(code) or _POLICY_TEXT.search(text):
        return MailKind.REJECTED
    return MailKind.SOFT_BOUNCE


def _most_specific_code(status: str, text: str) -> str:
    """The status field's code, or one from the text if the field only says that delivery failed (``x.0.0``)."""
    match = _STATUS.search(status)
    code = match[0] if match else ""
    if code and not code.endswith(".0.0"):
        return code
    codes = [match[0] for match in _STATUS.finditer(text) if not match[0].startswith("2")]
    specific = [candidate for candidate in codes if not candidate.endswith(".0.0")]
    if specific or codes:
        return (specific or codes)[0]
    if reply_code := _REPLY_CODE.search(text):
        return f"{reply_code[0][0]}.0.0"
    return code
