"""What a mail server's words about a failed mail mean for the address it was for (RFC 3463, and what servers say)."""

from __future__ import annotations

import enum
import re


class Kind(enum.StrEnum):
    """What a mail that came in is."""

    #: The address doesn't exist any more.
    HARD = "hard"
    #: It couldn't be reached: the mailbox is full, say, or its server was down for days.
    SOFT = "soft"
    #: The mail was refused, or its sender: nothing is wrong with the address.
    REFUSED = "refused"
    #: It is on its way still, or has arrived.
    DELAYED = "delayed"
    #: The reader called the mail spam.
    COMPLAINT = "complaint"
    #: The reader wants no more.
    LEAVE = "leave"
    #: Written by a machine, and about nothing that concerns us: an absence, a newsletter.
    AUTOMATIC = "automatic"
    OTHER = "other"


#: No part of a longer number, so that no address of a machine is one.
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
_HARD = re.compile(r"5\.(1\.([0-4]|6|10)|2\.1|4\.4)")
_REFUSED = re.compile(r"[45]\.([67]\.\d+|2\.3|3\.4|5\.\d+)")
#: What is at fault is the sender, or the machine that it sends from.
_SENDER = re.compile(r"[45]\.1\.[789]")
_OURS = re.compile(r"\b(sender|from address|helo|ehlo|client host|reverse dns|ptr record)\b", re.IGNORECASE)
#: Servers that give the wrong number, or none, still say it in words.
_GONE = re.compile(
    r"(user|recipient|mailbox|account|address|alias)\s+(is\s+)?(unknown|invalid|not\s+(found|known|exist)|disabled|"
    r"inactive|(does\s*n.t|does\s+not|no\s+longer)\s+exist\w*)|"
    r"(no\s+such|unknown|invalid|non.?existent)\s+(local\s+)?(user|recipient|mailbox|account|address|person)|"
    r"no\s+mailbox|recipnotfound|recipient\s+address\s+rejected:\s+access\s+denied|"
    r"(host|domain)( name)?\s+(was\s+)?not\s+found|no\s+such\s+(host|domain)|unrouteable\s+address",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(mail)?box\s+(is\s+)?full|quota|over\s+its\s+(limit|storage)|insufficient\s+storage", re.IGNORECASE
)
_BLAMED = re.compile(
    r"\b(spam|unsolicited|black\s*list|block\s*list|blocked|polic(y|ies)|reputation|dmarc|dkim|spf)", re.I
)


def judge(status: str, words: str) -> Kind:
    """What a failure means, by its enhanced status code (empty if none is known) and the server's words."""
    code = _code(status, words)
    if _SENDER.fullmatch(code) or _OURS.search(words):
        return Kind.REFUSED
    if code.startswith("4"):  # given up after days
        return Kind.REFUSED if _REFUSED.fullmatch(code) else Kind.SOFT
    if _FULL.search(words):
        return Kind.SOFT
    if _HARD.fullmatch(code) or _GONE.search(words):
        return Kind.HARD
    return Kind.REFUSED if _REFUSED.fullmatch(code) or _BLAMED.search(words) else Kind.SOFT


def _code(status: str, words: str) -> str:
    """The code that says most: the one in the words, if the other one only says that it failed."""
    found = _STATUS.search(status)
    code = found[0] if found else ""
    if code and not code.endswith(".0.0"):
        return code
    told = [said[0] for said in _STATUS.finditer(words) if not said[0].startswith("2")]
    precise = [said for said in told if not said.endswith(".0.0")]
    if precise or told:
        return (precise or told)[0]
    if plain := _CODE.search(words):
        return f"{plain[0][0]}.0.0"
    return code
