"""Stories, their rankings and their briefs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from digest.model.articles import Article
from digest.text.urls import outlet_domain


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
    #: Its place, from 1, by a ranker whose order is not that of the scores; 0 where they give the order.
    place: int = 0
    #: An earlier edition had the story, and these articles add something material.
    update: bool = False
    #: Of an update: the number of the story with all its updates, if a page shows it.
    thread_id: int | None = None
    #: Its articles in earlier editions, as they were then; the brief leaves out what they say.
    already_published: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A collected article that is not in the digest, with the reason."""

    article: Article
    #: The same for all articles that are left out for it.
    reason: str
    #: What is particular to this article: ``rank 12``.
    detail: str = ""

    @property
    def explanation(self) -> str:
        """The reason with its detail."""
        return f"{self.reason} ({self.detail})" if self.detail else self.reason


def group_by_reason(left_out: Iterable[LeftOut]) -> Mapping[str, Sequence[LeftOut]]:
    """The articles by reason, in the order in which the reasons first appear."""
    by_reason: dict[str, list[LeftOut]] = {}
    for item in left_out:
        by_reason.setdefault(item.reason, []).append(item)
    return by_reason


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

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts to read: the title and the sentences."""
        return (self.story.lead.title, *(sentence.text for sentence in self.sentences))

    @property
    def further_coverage(self) -> tuple[Article, ...]:
        """The story's articles by outlets that the brief does not name: neither the lead's nor a cited one."""
        named = (self.story.lead, *(sentence.article for sentence in self.sentences))
        outlets = {name for article in named for name in _outlet_names(article)}
        return tuple(article for article in self.story.all_articles[1:] if outlets.isdisjoint(_outlet_names(article)))


def _outlet_names(article: Article) -> set[str]:
    """Names that an outlet is known by: its source's and its domain."""
    return {article.source.casefold(), outlet_domain(article.url)} - {""}
