"""What is made of it: stories, ranked, told in briefs, put together to a digest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model.articles import Article
from digest.model.newsletters import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles about one event, the lead first."""

    articles: tuple[Article, ...]
    #: Near-copies (wire text) of an article above; named, never summarized.
    copies: tuple[Article, ...] = ()

    @property
    def lead(self) -> Article:
        """The article that gives the story its title and link."""
        return self.articles[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of a score: ``coverage +0.40 (3 outlets)``."""

    name: str
    points: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A story that is in, with why it stands where it does."""

    story: Story
    #: The sum of the reasons' points.
    score: float
    reasons: tuple[Reason, ...]
    section: str = ""
    #: It was in an earlier edition and something material is new.
    update: bool = False
    #: What earlier editions told of it.
    told: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """An article that was collected and is not in the digest, and why."""

    article: Article
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A whole sentence, word for word as it stands in ``article``."""

    text: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A story told in verbatim sentences."""

    ranked: Ranked
    sentences: tuple[Sentence, ...]

    @property
    def story(self) -> Story:
        return self.ranked.story


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """The local date (and time, where a newsletter has several a day) that an edition is for."""

    #: The instant at which it falls due, in UTC.
    due: datetime
    #: ``2026-03-29`` or ``2026-03-29T18:30``; with the newsletter's id it names the edition.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How far back an edition looks: ``start <= published < end``."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A source that could not be collected; shown to people, never raised."""

    #: The source's name as readers see it.
    source: str
    #: The address as given.
    url: str
    #: What went wrong and what to do, in one line.
    error: str
    #: The server asked not to be visited before then.
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A newsletter's content for one slot."""

    newsletter: Newsletter
    slot: Slot
    window: Window
    language: str
    briefs: tuple[Brief, ...]
    left_out: tuple[LeftOut, ...] = ()
    failures: tuple[Failure, ...] = ()
