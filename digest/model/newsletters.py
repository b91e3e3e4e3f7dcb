"""What a person defines: where articles come from, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from digest.model.mailbox import Mailbox
from digest.model.schedule import DAILY_AT_7, Schedule

FullText = Literal["auto", "always", "never"]
WhenEmpty = Literal["skip", "send"]
Images = Literal["linked", "embedded", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from: exactly one of ``url`` and ``path`` is set."""

    id: str
    url: str = ""
    path: Path | None = None
    #: The name readers see; the feed's own title where empty.
    title: str = ""
    section: str = ""
    #: How much its articles count when stories are ranked; 1 is normal.
    weight: float = 1.0
    full_text: FullText = "auto"
    #: A CSS selector for the article's text on a stubborn site.
    selector: str = ""

    @property
    def address(self) -> str:
        """The address as the person gave it."""
        return self.url or str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Who is speaking, in every mail; what is empty is not shown, or has a default."""

    #: The name in the masthead; the newsletter's title where empty.
    name: str = ""
    #: ``#rrggbb``; made darker or lighter where it would be hard to read.
    accent: str = ""
    #: An https address of a picture.
    logo: str = ""
    #: The postal address in the footer.
    address: str = ""

    def over(self, other: Brand) -> Brand:
        """This brand; what it leaves empty is the other's."""
        own = {one.name: getattr(self, one.name) for one in fields(self)}
        return replace(other, **{name: value for name, value in own.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Boost:
    """Points added to the score of stories about a topic; negative points lower it."""

    topic: str
    points: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsletter:
    """What is sent, to whom it is addressed, and when."""

    id: str
    title: str
    #: Of the From header; None if not configured, and then no mail can be sent.
    sender: Mailbox | None = None
    #: Ids of sources; empty means all.
    sources: tuple[str, ...] = ()
    schedule: Schedule = DAILY_AT_7
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    #: How late a slot may go out that nobody was there for; after that its articles wait for the next edition.
    catch_up: timedelta = timedelta(hours=12)
    #: What happens to an edition with nothing new in it.
    empty: WhenEmpty = "skip"
    #: How many stories an edition has at most; None for no limit.
    stories: int | None = 10
    #: How long a brief is: sentences, or words where that is set.
    sentences: int = 3
    words: int | None = None
    summarizer: str = "default"
    #: What the readers want, in plain words: only stories about one of these topics, if any; none about one of those.
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    #: Topics whose stories get extra points.
    boost: tuple[Boost, ...] = ()
    #: How many stories may be led by one source, stand in one section, be about one of the topics; None for no limit.
    per_source: int | None = None
    per_section: int | None = None
    per_topic: int | None = None
    #: Sections in the order in which they are shown; the others follow in that of the sources.
    sections: tuple[str, ...] = ()
    template: str = "briefing"
    #: How each reader is greeted: ``Good morning, {name}!``; not at all where empty.
    greeting: str = ""
    #: Its own, over the one of all newsletters.
    brand: Brand = field(default_factory=Brand)
    #: The stories' pictures, in templates that show them: linked (https), embedded into the mail, or none.
    images: Images = "linked"
