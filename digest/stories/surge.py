"""Surges: stories that independent outlets begin to report within hours of each other. Pure.

Precision comes first: a missed alert is in the next edition, a false one disturbs every subscriber. A story that ran
before is no surge, however many report it now.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.model.alerts import ANY_TOPIC
from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.coverage import count_outlets
from digest.stories.opinion import is_opinion
from digest.stories.topics import is_story_about
from digest.text.headlines import series_words, tells_news

#: A story is known by then if outlets reported it before its surge: one may be first, two are old news.
_MAX_EARLIER_OUTLETS = 1
#: The one that was first was so much earlier at most; else it is another event, or a reprint of old news.
_MAX_LEAD = timedelta(hours=12)
#: Share of the words of two titles that are the same in a series.
_SERIES_OVERLAP = 0.75
#: More surges that are complete within an hour are a flood: a bug, or dates that are wrong.
_MAX_SURGES, _FLOOD = 8, timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeCriteria:
    """What makes a surge for a newsletter at one moment."""

    now: datetime
    #: Topics in plain words, or ``ANY_TOPIC``.
    topics: tuple[str, ...]
    exclude: tuple[str, ...] = ()
    #: So many independent outlets, within so long.
    outlets: int = 3
    within: timedelta = timedelta(hours=3)
    #: Reports before are too old.
    earliest: datetime
    #: Articles that no decision and no edition had yet: a surge without any of them was decided on before.
    fresh: frozenset[str]
    #: Articles whose source gives no date that can be believed.
    undated: frozenset[str] = frozenset()
    #: Articles that appear again and again under one title: charts, horoscopes, results.
    recurring: frozenset[str] = frozenset()
    #: Articles that an earlier edition had.
    published: frozenset[str] = frozenset()
    #: Sources' sections by id.
    sections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """A story that so many outlets reported at once."""

    story: Story
    #: Independent outlets so far.
    outlets: int
    #: First report of the surge, and the one that completed it.
    began: datetime
    completed: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSurge:
    """A story of several outlets that is no surge, and why."""

    story: Story
    reason: str


def judge(stories: Iterable[Story], criteria: SurgeCriteria) -> tuple[tuple[Surge, ...], tuple[NoSurge, ...]]:
    """The surges among the stories, the one with most outlets first; and stories that are none, with the reason.

    Stories of a single outlet, and those about other topics, are not listed.
    """
    surges: list[Surge] = []
    others: list[NoSurge] = []
    for story in stories:
        if count_outlets(story.articles) < 2 or not _is_wanted(story, criteria):
            continue
        verdict = _judge(story, criteria)
        if isinstance(verdict, Surge):
            surges.append(verdict)
        else:
            others.append(NoSurge(story=story, reason=verdict))
    ordered = sorted(surges, key=lambda surge: (-surge.outlets, surge.completed, surge.story.lead.id))
    return tuple(ordered), tuple(others)


def is_flood(surges: Iterable[Surge]) -> bool:
    """Whether so many stories surge at once that it is more likely a mistake."""
    times = sorted(surge.completed for surge in surges)
    return any(last - first <= _FLOOD for first, last in zip(times, times[_MAX_SURGES:], strict=False))


def _is_wanted(story: Story, criteria: SurgeCriteria) -> bool:
    if any(is_story_about(story, topic) for topic in criteria.exclude):
        return False
    return ANY_TOPIC in criteria.topics or any(is_story_about(story, topic) for topic in criteria.topics)


def _judge(story: Story, criteria: SurgeCriteria) -> Surge | str:
    if any(article.id in criteria.published for article in story.all_articles):
        return "an earlier edition has it"
    reports = _reports(story, criteria)
    window = _first_window(reports, criteria)
    if window is None:
        return _too_few(count_outlets(reports), criteria)
    began, completed = window[0].published, window[-1].published
    if reason := _reason_of_age(story, began):
        return reason
    if completed < criteria.earliest:
        return f"complete since {completed:%Y-%m-%d %H:%M} UTC: too long ago"
    if _first_window([report for report in reports if report.id not in criteria.fresh], criteria):
        return "complete before the last edition or decision"
    outlets = count_outlets(reports)
    return Surge(story=story, outlets=outlets, began=began, completed=completed)


def _reports(story: Story, criteria: SurgeCriteria) -> list[Article]:
    """The articles that count, by time: reports of news in own words, with a date that can be believed."""
    reports = (
        article
        for article in story.articles
        if article.id not in criteria.undated
        and article.id not in criteria.recurring
        and article.published <= criteria.now
        and not is_opinion(article, criteria.sections.get(article.source_id, ""))
        and tells_news(article.title, article.language)
    )
    return sorted(reports, key=lambda article: (article.published, article.id))


def _first_window(reports: Sequence[Article], criteria: SurgeCriteria) -> Sequence[Article] | None:
    """The reports of the first time of that length in which enough outlets report; None if there is none."""
    start = 0
    for end, last in enumerate(reports):
        while last.published - reports[start].published > criteria.within:
            start += 1
        window = reports[start : end + 1]
        if count_outlets(window) >= criteria.outlets:
            return window
    return None


def _reason_of_age(story: Story, began: datetime) -> str:
    """Why the story isn't new; empty if it is. Opinions, reprints and articles without a date count as well."""
    earlier = [article for article in story.all_articles if article.published < began]
    if not earlier:
        return ""
    first = min(article.published for article in earlier)
    if count_outlets(earlier) > _MAX_EARLIER_OUTLETS or began - first > _MAX_LEAD:
        return f"reported since {first:%Y-%m-%d %H:%M} UTC: not new"
    return ""


def _too_few(outlets: int, criteria: SurgeCriteria) -> str:
    so_far = "1 independent outlet" if outlets == 1 else f"{outlets} independent outlets"
    but = ", but not" if outlets >= criteria.outlets else ", not"
    return f"{so_far}{but} {criteria.outlets} within {_hours(criteria.within)}"


def _hours(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"


def recurring_ids(articles: Iterable[Article], earlier: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Ids of articles that are one of a series: their source had nearly the same title before, with other numbers.

    ``earlier`` has titles of days before by source id.
    """
    known: dict[tuple[str, str], list[frozenset[str]]] = {}
    for article in articles:
        key = (article.source_id, article.language)
        if key not in known:
            titles = earlier.get(article.source_id, ())
            known[key] = [series_words(title, article.language) for title in titles]
        title = series_words(article.title, article.language)
        if any(len(title & other) >= _SERIES_OVERLAP * len(title | other) for other in known[key] if title):
            yield article.id
