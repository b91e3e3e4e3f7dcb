"""Values that a digest is composed of: stories, rankings, briefs, slots and windows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model.articles import Article
from digest.model.newsletters import Newsletter


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Articles about one event, the lead first."""

    articles: tuple[Article, ...]
    #: Reprints (agency text, say) of an article above; listed, never summarized.
    near_duplicates: tuple[Article, ...] = ()

    @property
    def lead(self) -> Article:
        """The article that gives the story its title and link."""
        return self.articles[0]

    @property
    def all_articles(self) -> tuple[Article, ...]:
        """The articles and their near-duplicates."""
        return (*self.articles, *self.near_duplicates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One part of a score: ``coverage +0.40 (3 outlets)``."""

    name: str
    points: float
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A story chosen for the digest, with its score and the reasons for it."""

    story: Story
    #: The sum of the reasons' points.
    score: float
    reasons: tuple[Reason, ...]
    section: str = ""
    #: An earlier edition had the story, and these articles add something material.
    update: bool = False
    #: Its articles in earlier editions, as they were then; the brief leaves out what they say.
    already_published: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A collected article that is not in the digest, with the reason."""

    article: Article
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A whole sentence of a brief, verbatim from ``article``."""

    text: str
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """Summary of a story in verbatim, cited sentences."""

    ranked: Ranked
    sentences: tuple[Sentence, ...]

    @property
    def story(self) -> Story:
        return self.ranked.story


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Slot:
    """Local date of an edition, with the time if the newsletter has several a day."""

    #: When the edition is due, in UTC.
    due: datetime
    #: ``2026-03-29`` or ``2026-03-29T18:30``; identifies the edition together with the newsletter's id.
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Time range of the articles in an edition: ``start <= published < end``."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A source that could not be collected; reported to the user, never raised."""

    #: The source's display name.
    source: str
    #: The address as given.
    url: str
    #: One line: what went wrong, and what to do.
    error: str
    #: From the server's ``Retry-After``; None if it sent none.
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
