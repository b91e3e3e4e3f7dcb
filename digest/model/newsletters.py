"""Sources and newsletters, as defined in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from digest.model.alerts import NIGHT, QuietHours
from digest.model.imap_address import ImapAddress
from digest.model.mailbox import Mailbox
from digest.model.schedule import DAILY_AT_7, Schedule
from digest.model.secret import Secret
from digest.text.credentials import without_credentials

FullText = Literal["auto", "always", "never"]
#: Names that the pattern of a subject may have in braces.
SUBJECT_PLACEHOLDERS = ("title", "lead", "date")
WhenEmpty = Literal["skip", "send"]
Images = Literal["linked", "embedded", "none"]
Archive = Literal["public", "subscribers", "none"]
Unanswered = Literal["send", "skip"]

_FONT = r"-?[^\W\d][\w-]*(?: [^\W\d][\w-]*)*"
#: A typeface stack that ends with a generic family, so that every mail program has a font of it.
TYPEFACE = rf"(?=.{{1,200}}$)(?:(?:{_FONT}|\"{_FONT}\"), *)*(?:serif|sans-serif|monospace|cursive|system-ui)"


#: Collector that detects the kind of a source from its address and content.
DETECTING_COLLECTOR = "auto"
#: Options of a plugin: plain values by name.
Options = Mapping[str, Any]


#: In ``Source.senders``: anybody, signed or not.
ANYBODY = "*"
#: Fields of a source that say which it is, and its password.
_IDENTITY = {"id", "url", "path", "mailbox", "password"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Source of articles: one of ``url``, ``path`` and ``mailbox`` is set, or none for the collector of a plugin."""

    id: str
    #: For fetching only: it may hold a password. ``address`` is for people.
    url: str = field(default="", repr=False)
    path: Path | None = None
    #: Display name; the feed's own title if empty.
    title: str = ""
    section: str = ""
    #: A political leaning, a country …: an edition mixes stories of sources with different labels.
    label: str = ""
    #: Factor for ranking stories; 1 is normal.
    weight: float = 1.0
    full_text: FullText = "auto"
    #: CSS selector of the article's text, for sites where extraction fails.
    selector: str = ""
    #: Name of the collector, and what it is called with.
    collector: str = DETECTING_COLLECTOR
    options: Options = field(default_factory=dict, hash=False, repr=False)
    #: Folder on an IMAP server whose mails are articles.
    mailbox: ImapAddress | None = None
    password: Secret = Secret()
    #: Senders of mails that are read: addresses, ``@domain``, or ``*`` for anybody. Others wait for the operator.
    senders: tuple[str, ...] = ()
    #: The server whose word on signatures of mails is believed; once loaded, that of ``[inbound]`` by default.
    authserv_id: str = ""

    @property
    def is_remote(self) -> bool:
        """It is read from a server."""
        return bool(self.url or self.mailbox)

    @property
    def address(self) -> str:
        """The address for people and the store: without a password. A source without one is named by its collector."""
        if self.url or self.mailbox:
            return str(self.mailbox) if self.mailbox else without_credentials(self.url)
        return f"collector:{self.collector}" if self.path is None else str(self.path)

    @property
    def changed_fields(self) -> Mapping[str, Any]:
        """Fields other than id, address and password that don't have their default."""
        plain = Source(id=self.id)
        names = (field.name for field in fields(self) if field.name not in _IDENTITY)
        return {name: getattr(self, name) for name in names if getattr(self, name) != getattr(plain, name)}

    def without_password(self) -> Source:
        """A copy for a process that must not know the password."""
        return replace(self, url=without_credentials(self.url), password=Secret())


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Branding of a newsletter's mails; an empty field is not shown, or has a default."""

    #: Name in the masthead; the newsletter's title if empty.
    name: str = ""
    #: ``#rrggbb``; adjusted where its contrast is too low.
    accent: str = ""
    #: The second colour, likewise; the accent if empty.
    secondary: str = ""
    #: Typeface stack of titles, as `TYPEFACE`.
    typeface: str = ""
    #: An https address of an image.
    logo: str = ""
    #: Postal address in the footer.
    address: str = ""

    def over(self, default: Brand) -> Brand:
        """This brand, with its empty fields taken from ``default``."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(default, **{name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """Points added to the score of stories about a topic; negative points lower it."""

    topic: str
    points: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """Definition of a newsletter."""

    id: str
    title: str
    #: Of the From header; None if not configured, and then no mail can be sent.
    sender: Mailbox | None = None
    #: Ids of sources; empty means all.
    sources: tuple[str, ...] = ()
    schedule: Schedule = DAILY_AT_7
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: Maximum delay of a missed slot; after that its articles are left to the next edition.
    catch_up: timedelta = timedelta(hours=12)
    #: So long before its slot an edition is composed, as a draft that its editor may change; zero for no draft.
    hold: timedelta = timedelta(0)
    #: Gets each draft by mail; None: drafts wait for commands and the operator's pages alone.
    editor: Mailbox | None = None
    #: What happens at the slot to a draft about which nothing was decided.
    unanswered: Unanswered = "send"
    #: Policy for an edition without anything new.
    empty: WhenEmpty = "skip"
    #: Maximum number of stories; None for no limit.
    stories: int | None = 10
    #: Maximum time to read an edition, in minutes; None for no limit.
    minutes: int | None = None
    #: A story must be worth more than so many points by itself; 0 for no floor.
    quality_floor: float = 0.5
    #: Maximum length of a brief: sentences, or words if set.
    sentences: int = 3
    words: int | None = None
    #: Names of the parts that order stories and select sentences, and what they are called with.
    ranker: str = "score"
    ranker_options: Options = field(default_factory=dict, hash=False, repr=False)
    summarizer: str = "default"
    summarizer_options: Options = field(default_factory=dict, hash=False, repr=False)
    #: Name of the mailer of its editions, and what it is called with; that of ``[mailer]`` if empty.
    mailer: str = ""
    mailer_options: Options = field(default_factory=dict, hash=False, repr=False)
    #: Topics: with ``include`` only stories about one of them, and none about one in ``exclude``.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: Topics whose stories get extra points.
    boost: tuple[Boost, ...] = ()
    #: Maximum number of stories with a lead from one source, in one section, with one label, about one topic; None for
    #: no limit.
    per_source: int | None = None
    per_section: int | None = None
    per_label: int | None = None
    per_topic: int | None = None
    #: Order of the sections; unlisted ones follow in the order of the sources.
    sections: tuple[str, ...] = ()
    template: str = "briefing"
    #: Pattern of the subject: ``{title}: {lead}``, with any of ``SUBJECT_PLACEHOLDERS``.
    subject: str = "{lead}"
    #: Of the mails' own words, of its pages and confirmation mails: ``de``; if empty, that of most stories in a mail,
    #: and the browser's on a page.
    language: str = ""
    #: ``Good morning, {name}!``; no greeting if empty.
    greeting: str = ""
    #: Anybody may subscribe on the pages.
    subscribe: bool = True
    #: Readers of its published editions on the pages: anybody, subscribers by a link in their mails, or nobody.
    archive: Archive = "none"
    #: Mails ask subscribers which stories are useful, and their answers count in the ranking.
    feedback: bool = True
    #: Most audiences besides the one as published: subscribers with own frequency, zone, topics or muted sources.
    audiences: int = 50
    #: Overrides the brand of all newsletters.
    brand: Brand = field(default_factory=Brand)
    #: Topics of alerts, or ``ANY_TOPIC``: mails of one story between the editions. Empty for no alerts.
    alert: tuple[str, ...] = ()
    #: So many independent outlets must report the story, within so long.
    alert_outlets: int = 3
    alert_within: timedelta = timedelta(hours=3)
    #: Maximum number of alerts on one day.
    alerts_per_day: int = 2
    #: Hours without alerts; None for none.
    alert_quiet: QuietHours | None = NIGHT
    #: Story images, in templates that show them: linked (https), embedded into the mail, or none.
    images: Images = "linked"
    #: Articles that its editions quoted are visited again, and the next edition reports sentences that changed.
    corrections: bool = False
