"""Columns that say who gets no mail, in exports of other systems: status words, flags, and times of unsubscribing.

Mailchimp, Brevo, Substack, Ghost, Buttondown, Kit, beehiiv, MailerLite, listmonk and others each have their own. They
are recognized by words, not by program: a column counts if its name has no other words than those listed here.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


class Exclusion(enum.StrEnum):
    """Why an address in a file gets no mail."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLOCKED = "blocked"
    UNCONFIRMED = "unconfirmed"
    INACTIVE = "inactive"


class _Kind(enum.Enum):
    """How a column's values are read."""

    #: A word, as ``active`` or ``bounced``.
    STATUS = enum.auto()
    #: Yes, a number, a time or a reason means that the address gets no mail.
    EVENT = enum.auto()
    #: No means that the address gets no mail.
    PERMISSION = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusColumn:
    """A column that says whether an address gets mail."""

    kind: _Kind
    #: What a yes or no excludes for.
    exclusion: Exclusion = Exclusion.UNSUBSCRIBED

    def judge(self, value: str) -> Exclusion | None:
        """Why the address gets no mail by this value; None if it does, or if the value is empty or unknown."""
        return _judge(self.kind, self.exclusion, value)


@lru_cache(maxsize=1024)  # a file has few states
def _judge(kind: _Kind, exclusion: Exclusion, value: str) -> Exclusion | None:
    words = " ".join(_words(value))
    match kind:
        case _Kind.STATUS:
            return _find_exclusion(words, _VALUES)
        case _Kind.PERMISSION if words in _NO:
            return exclusion
        case _Kind.PERMISSION:
            return _find_exclusion(words, _VALUES)
        case _ if words in _NO or not words.strip("0 ") or words in _NOTHING:
            return None
        case _:
            return _find_exclusion(words, _VALUES) or exclusion


def status_column(name: str) -> StatusColumn | None:
    """The kind of a column by its name; None if it doesn't say whether an address gets mail."""
    all_words = _words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name))
    words = [word for word in all_words if word not in _FILLERS]
    text = " ".join(words)
    if text in _STATUS_NAMES:
        return StatusColumn(kind=_Kind.STATUS)
    if not words and not _SUBJECTS.isdisjoint(all_words):
        return StatusColumn(kind=_Kind.PERMISSION)
    if text in _PERMISSIONS:
        return StatusColumn(kind=_Kind.PERMISSION, exclusion=_PERMISSIONS[text])
    event = " ".join(word for word in words if word not in _EVENT_DETAILS)
    for exclusion, pattern in _EVENTS:
        if pattern.fullmatch(event):
            is_mail_switch = exclusion is Exclusion.BLOCKED and event == "disabled" and "mail" in name.casefold()
            return StatusColumn(kind=_Kind.EVENT, exclusion=Exclusion.UNSUBSCRIBED if is_mail_switch else exclusion)
    return None


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[^\W_]+", text.casefold())


_Patterns = tuple[tuple[Exclusion, re.Pattern[str]], ...]


def _compile(*rows: tuple[Exclusion, *tuple[str, ...]]) -> _Patterns:
    """Whole words for each exclusion."""
    return tuple((exclusion, re.compile(rf"\b(?:{'|'.join(patterns)})\b")) for exclusion, *patterns in rows)


def _find_exclusion(words: str, patterns: _Patterns) -> Exclusion | None:
    return next((exclusion for exclusion, pattern in patterns if pattern.search(words)), None)


_NO = frozenset(_words("no false n f off nein falsch non faux nee falso nie 0"))
_NOTHING = frozenset(["never", "none", "null", "nil", "nan", "n a", "na"])
#: Words of a column's name that don't change its meaning.
_FILLERS = frozenset(
    _words(
        "is has was are the this to from for of by all any e mail email emails mails mailing newsletter newsletters"
        " list marketing subscriber subscribers member contact contacts user account group delivery global"
        " current campaign campaigns"
    )
)
#: Without any further word: "newsletter: no".
_SUBJECTS = frozenset(["newsletter", "newsletters", "marketing"])
#: Further such words, in the name of a column that is set when something happened.
_EVENT_DETAILS = frozenset(
    _words("at on time date datetime timestamp day when reason other title id utc hard status type")
)
_STATUS_NAMES = frozenset(
    [
        "status",
        "state",
        "type",
        "subscription status",
        "subscription state",
        "subscription type",
        "consent",
        "consent status",
        "permission",
        "permission status",
        "stop status",
        "opt in status",
        "optin status",
    ]
)
_PERMISSIONS = {
    "subscribed": Exclusion.UNSUBSCRIBED,
    "subscribe": Exclusion.UNSUBSCRIBED,
    "accepts": Exclusion.UNSUBSCRIBED,
    "opt in": Exclusion.UNSUBSCRIBED,
    "optin": Exclusion.UNSUBSCRIBED,
    "opted in": Exclusion.UNSUBSCRIBED,
    "active": Exclusion.INACTIVE,
    "enabled": Exclusion.BLOCKED,
    "confirmed": Exclusion.UNCONFIRMED,
    "verified": Exclusion.UNCONFIRMED,
    "double opt in": Exclusion.UNCONFIRMED,
    "double optin": Exclusion.UNCONFIRMED,
}
#: Names of columns. Not "cancelled": that is a paid plan's end where it has a column of its own.
_EVENTS = _compile(
    (Exclusion.COMPLAINED, "complain(?:t|ts|ed|er)?", "(?:(?:reported|marked)(?: as)? )?spam", "abuse"),
    (Exclusion.BOUNCED, "bounced?", "clean(?:ed)?", "undeliverab(?:le|ility)", "invalid"),
    (Exclusion.BLOCKED, "block(?:ed)?", "(?:block|black)list(?:ed)?", "suppress(?:ed|ions?)?", "disabled", "banned"),
    (Exclusion.BLOCKED, "do not(?: send)?", "dnc", "excluded"),
    (Exclusion.UNSUBSCRIBED, "unsub(?:scribed?|scription)?", "opt(?:ed)? ?out", "deleted", "removed", "stop(?:ped)?"),
    (Exclusion.UNSUBSCRIBED, "abgemeldet", "désabonné", "désinscrit", "deactivated"),
)
#: Words of a status. The first that matches counts.
_VALUES = _compile(
    (Exclusion.COMPLAINED, r"complain\w*", r"spam\w*", "junk", r"abuse\w*", r"beschwerde\w*", "plainte"),
    (Exclusion.BOUNCED, r"(?<!soft )bounc\w*", r"hardbounc\w*", "cleaned", r"undeliver\w*", "unreachable", "held"),
    (Exclusion.BOUNCED, "invalid", "ungültig", "unzustellbar"),
    (Exclusion.BLOCKED, r"block\w*", r"blacklist\w*", r"suppress\w*", "banned", "disabled", "malicious"),
    (Exclusion.BLOCKED, "do not (?:contact|e?mail|send)", "gesperrt", "deaktiviert"),
    (Exclusion.UNCONFIRMED, "(?:not|never|non) ?(?:yet )?(?:confirmed|subscribed|activated|verified)"),
    (Exclusion.UNCONFIRMED, "unconfirmed", "unactivated", "unverified", "pending", "validating", "a?waiting"),
    (Exclusion.UNCONFIRMED, "transactional", "unbestätigt", "ausstehend"),
    (Exclusion.UNSUBSCRIBED, r"unsub\w*", "cancell?ed", "opt(?:ed)? ?out", "removed", "deleted", "archived", "stopped"),
    (Exclusion.UNSUBSCRIBED, "former", "abgemeldet", "ausgetragen", "désabonnée?", "désinscrite?", "disiscritt[oa]"),
    (Exclusion.UNSUBSCRIBED, "uitgeschreven", "baja"),
    (Exclusion.INACTIVE, "inactive", "inaktiv", "inactif"),
)
