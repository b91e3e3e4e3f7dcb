"""Answers that settings are written from: by options, by a dialog, or their defaults. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Source
from digest.settings.schedule import parse_schedule
from digest.settings.types import SmtpSettings
from digest.settings.zone_names import nearest_zone, zone_advice

DEFAULT_SCHEDULE = "daily 07:00"
_HOUR = re.compile(r"(\d{1,2})(?::(\d\d))?")
_MAX_TITLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Answers by command-line options; None where there was no option."""

    folder: Path
    sources: tuple[Source, ...] = ()
    #: Private addresses that may be fetched, as ``host:port``.
    allow: tuple[str, ...] = ()
    title: str | None = None
    recipient: Mailbox | None = None
    sender: Mailbox | None = None
    smtp: SmtpSettings | None = None
    schedule: str | None = None
    timezone: str | None = None
    send: bool = False
    #: The address that rss2email mailed to: a suggestion.
    usual_recipient: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Everything that settings are written from."""

    folder: Path
    title: str
    timezone: str
    schedule: str = DEFAULT_SCHEDULE
    #: Empty for a folder with a first article.
    sources: tuple[Source, ...] = ()
    allow: tuple[str, ...] = ()
    #: The first subscriber, and the operator who is told of problems.
    recipient: Mailbox | None = None
    sender: Mailbox | None = None
    #: With its password, which is written into a file of its own.
    smtp: SmtpSettings | None = None
    #: Send a first mail.
    send: bool = False


def without_questions(given: Given, *, timezone: str) -> Answers:
    """The answers by options, with defaults for all others."""
    return Answers(
        folder=given.folder,
        title=given.title or default_title(given.folder),
        timezone=given.timezone or timezone,
        schedule=given.schedule or DEFAULT_SCHEDULE,
        sources=given.sources,
        allow=given.allow,
        recipient=given.recipient,
        sender=given.sender or usual_sender(given.recipient, given.smtp, given.title or default_title(given.folder)),
        smtp=given.smtp,
        send=given.send,
    )


def default_title(folder: Path) -> str:
    """The folder's name as a title."""
    name = folder.resolve().name.replace("-", " ").replace("_", " ").strip()
    return name[:1].upper() + name[1:] or "Digest"


def usual_sender(recipient: Mailbox | None, smtp: SmtpSettings | None, title: str) -> Mailbox | None:
    """The sender that a server most likely allows: the address of the login, or the recipient's own."""
    if smtp is None or recipient is None:
        return None
    address = smtp.username if "@" in smtp.username else recipient.address
    return Mailbox.at(address, title)


def parse_title(text: str) -> str:
    """A title on one line. Raises ``UsageError``."""
    title = " ".join(text.split())
    if not title or not title.isprintable() or len(title) > _MAX_TITLE:
        raise UsageError("a name has one line of text, of 500 characters at most")
    return title


def parse_when(text: str) -> str:
    """``07:00``, ``7`` or a schedule such as ``weekdays 07:00``, as a schedule. Raises ``ScheduleError``."""
    if time := _HOUR.fullmatch(text.strip()):
        text = f"daily {int(time[1]):02}:{time[2] or '00'}"
    return parse_schedule(text).text


def parse_zone(text: str) -> str:
    """The name of a time zone, by itself or by its city. Raises ``UsageError`` with the nearest name."""
    try:
        return ZoneInfo(text.strip()).key
    except (KeyError, OSError, ValueError) as error:
        near = nearest_zone(text.strip())
        city = near.rpartition("/")[2].replace("_", " ")
        if city and city.casefold() == " ".join(text.replace("_", " ").split()).casefold():
            return near
        hint = f"did you mean {near}?" if near else "name it as Europe/Berlin"
        raise UsageError(f"no such time zone: {text!r}{zone_advice(text)}", hint=hint) from error
