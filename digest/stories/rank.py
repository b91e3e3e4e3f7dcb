"""rank: stories in the order in which they deserve a reader's time, cut to the limit, with every reason given.

A score is a sum of parts in points; one point is what a second independent outlet is worth.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from digest.model import Article, LeftOut, Ranked, Reason, Story
from digest.stories.novelty import is_news, tells_more
from digest.stories.topics import is_about
from digest.text.urls import outlet_domain

#: Hours in which a story loses half of its freshness.
_HALF_LIFE_H = 24.0
#: What a whole-length article is worth, and how many words that is.
_FULL_POINTS, _FULL_WORDS = 0.5, 400
#: What fifty reprints of the same text are worth beside independent reports.
_REPRINT_POINTS = 0.2
#: What each further story from one outlet costs, and from when on it costs no more.
_VARIETY_POINTS, _VARIETY_STEPS = 0.25, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What an edition wants: for when, how much, from whom, about what."""

    now: datetime
    #: At most so many stories; None for no limit.
    limit: int | None = None
    #: Sources' weights by id; 1 where absent.
    weights: Mapping[str, float] = field(default_factory=dict)
    #: Sources' sections by id, in the order in which sections are shown.
    sections: Mapping[str, str] = field(default_factory=dict)
    #: Articles of earlier editions for the same readers, by id, each as it was told each time.
    already_published: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)
    #: Only stories about one of these topics, in plain words; empty for all.
    include: tuple[str, ...] = ()
    #: No stories about one of these.
    exclude: tuple[str, ...] = ()
    #: Points for stories about a topic, or against them.
    boost: Mapping[str, float] = field(default_factory=dict)
    #: At most so many stories led by one source, in one section, or about one of the topics; None for no limit.
    per_source: int | None = None
    per_section: int | None = None
    per_topic: int | None = None
    #: Sections that are shown first, in this order.
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The stories that are in, in reading order, and each article that is not."""

    chosen: tuple[Ranked, ...]
    left_out: tuple[LeftOut, ...]


def rank(stories: Sequence[Story], criteria: Criteria) -> Ranking:
    """Every article ends in a chosen story or, with its reason, among those left out."""
    admitted = [_admitted(story, criteria) for story in stories]
    chosen, over = _cut(_ordered(ranked for ranked, _ in admitted if ranked), criteria)
    return Ranking(chosen=_by_section(chosen, criteria), left_out=(*chain(*(out for _, out in admitted)), *over))


# --- what may be in ------------------------------------------------------------------------------------------------


def _admitted(story: Story, criteria: Criteria) -> tuple[Ranked | None, list[LeftOut]]:
    """The story if it may be in, or only its new turn if it was told before; and what of it is left out."""
    if reason := _refusal(story, criteria):
        return None, _left_out(story, reason)
    articles = story.all_articles
    told = tuple(chain.from_iterable(criteria.already_published.get(article.id, ()) for article in articles))
    if not told:
        return _ranked(story, criteria), []
    news = tuple(article for article in story.articles if _is_news(article, told, criteria))
    known = [
        LeftOut(article=article, reason=_silence(article, criteria)) for article in articles if article not in news
    ]
    return (
        replace(_ranked(Story(articles=news), criteria), update=True, already_published=told) if news else None
    ), known


def _left_out(story: Story, reason: str) -> list[LeftOut]:
    return [LeftOut(article=article, reason=reason) for article in story.all_articles]


def _is_news(article: Article, told: Sequence[Article], criteria: Criteria) -> bool:
    """One that was told is news once it was edited, and tells more than all that was told of the story."""
    return tells_more(article, told) if article.id in criteria.already_published else is_news(article, told)


def _silence(article: Article, criteria: Criteria) -> str:
    if article.id in criteria.already_published:
        return "already in an earlier edition"
    return "nothing new since an earlier edition told its story"


def _refusal(story: Story, criteria: Criteria) -> str:
    """Why readers don't want the story; empty if they may."""
    if not any(article.title or article.paragraphs for article in story.articles):
        return "there is nothing to read in it"
    if unwanted := [topic for topic in criteria.exclude if _about(story, topic)]:
        return f"about “{unwanted[0]}”, which is excluded"
    if criteria.include and not any(_about(story, topic) for topic in criteria.include):
        return "about none of the topics that are included"
    return ""


def _about(story: Story, topic: str) -> bool:
    """Are at least half of its articles about it?"""
    return 2 * sum(is_about(article, topic) for article in story.articles) >= len(story.articles)


# --- the score -----------------------------------------------------------------------------------------------------


def _reasons(story: Story, criteria: Criteria) -> tuple[Reason, ...]:
    parts = (
        _coverage(story),
        _reprints(story),
        _freshness(story, criteria),
        _weight(story, criteria),
        _fullness(story),
        *(_topic(topic, points) for topic, points in criteria.boost.items() if _about(story, topic)),
    )
    return tuple(part for part in parts if part.points)


def _outlet(article: Article) -> str:
    """Who published it: one source may bring many outlets, one outlet may have many feeds."""
    return outlet_domain(article.url) or article.source


def _coverage(story: Story) -> Reason:
    outlets = len({_outlet(article) for article in story.articles})
    detail = "1 outlet" if outlets == 1 else f"{outlets} outlets"
    return _reason("coverage", math.log2(outlets), detail)


def _reprints(story: Story) -> Reason:
    outlets = {_outlet(article) for article in story.near_duplicates} - {_outlet(article) for article in story.articles}
    detail = (
        "1 more outlet has the same text" if len(outlets) == 1 else f"{len(outlets)} more outlets have the same text"
    )
    return _reason("reprints", _REPRINT_POINTS * math.log2(1 + len(outlets)), detail)


def _freshness(story: Story, criteria: Criteria) -> Reason:
    latest = max(article.published for article in story.articles)
    hours = max(0.0, (criteria.now - latest).total_seconds() / 3600)
    return _reason("freshness", 0.5 ** (hours / _HALF_LIFE_H), f"{hours:.0f} h old")


def _weight(story: Story, criteria: Criteria) -> Reason:
    """The weightiest source counts: a good story is not worse because a minor outlet had it too."""
    weights = {article.source: criteria.weights.get(article.source_id, 1.0) for article in story.articles}
    source, weight = min(weights.items(), key=lambda item: (-item[1], item[0]))
    return _reason("source", math.log2(min(max(weight, 0.01), 100.0)), f"{source} has weight {weight:g}")


def _fullness(story: Story) -> Reason:
    words = max(article.words for article in story.articles)
    return _reason("length", _FULL_POINTS * min(1.0, words / _FULL_WORDS), f"{words} words")


def _topic(topic: str, points: float) -> Reason:
    return _reason("topic", points, f"about “{topic}”")


def _reason(name: str, points: float, detail: str) -> Reason:
    """Points are cut to thousandths, so that what is shown is what counts."""
    return Reason(name=name, points=round(points, 3) + 0.0, detail=detail)


def _ranked(story: Story, criteria: Criteria) -> Ranked:
    reasons = _reasons(story, criteria)
    section = criteria.sections.get(story.lead.source_id, "")
    return Ranked(story=story, score=_score(reasons), reasons=reasons, section=section)


def _score(reasons: Iterable[Reason]) -> float:
    return round(math.fsum(reason.points for reason in reasons), 3)


# --- the order and the cut -----------------------------------------------------------------------------------------


def _ordered(stories: Iterable[Ranked]) -> list[Ranked]:
    """The best first, each paying for those of its outlet that stand above it."""
    heap = [(_key(ranked), at, ranked) for at, ranked in enumerate(stories)]
    several = len({_outlet(ranked.story.lead) for _, _, ranked in heap}) > 1
    heapq.heapify(heap)
    ordered: list[Ranked] = []
    above: Counter[str] = Counter()
    while heap:
        _, at, ranked = heap[0]
        varied = _varied(ranked, above[_outlet(ranked.story.lead)]) if several else ranked
        if _key(varied) != heap[0][0]:  # it pays more than when it was put here: look again where it stands now
            heapq.heapreplace(heap, (_key(varied), at, varied))
            continue
        heapq.heappop(heap)
        ordered.append(ranked)
        above[_outlet(ranked.story.lead)] += 1
    return ordered


def _key(ranked: Ranked) -> tuple[float, float, str]:
    lead = ranked.story.lead
    return -ranked.score, -lead.published.timestamp(), lead.id


def _varied(ranked: Ranked, above: int) -> Ranked:
    plain = tuple(reason for reason in ranked.reasons if reason.name != "variety")
    cost = _reason(
        "variety", -_VARIETY_POINTS * min(above, _VARIETY_STEPS), f"{above} above from {ranked.story.lead.source}"
    )
    reasons = (*plain, cost) if above else plain
    return replace(ranked, reasons=reasons, score=_score(reasons))


def _cut(ordered: Iterable[Ranked], criteria: Criteria) -> tuple[list[Ranked], list[LeftOut]]:
    chosen: list[Ranked] = []
    left_out: list[LeftOut] = []
    held: Counter[str] = Counter()
    for place, ranked in enumerate(ordered, start=1):
        limits = _limits(ranked, criteria)
        over = [(most, of) for most, of, key in limits if held[key] >= most]
        if over:
            most, of = over[0]
            left_out += _left_out(ranked.story, f"over the limit of {_stories(most)}{of} (rank {place})")
        else:
            chosen.append(ranked)
            held.update(key for _, _, key in limits)
    return chosen, left_out


def _limits(ranked: Ranked, criteria: Criteria) -> list[tuple[int, str, str]]:
    """How many of which stories there may be, of those that this one is one of; and a key to count them by."""
    lead, section = ranked.story.lead, ranked.section
    topics = _topics(ranked.story, criteria) if criteria.per_topic is not None else []
    limits = [
        (criteria.limit, "", ""),
        (criteria.per_source, f" from {lead.source}", f"source {lead.source_id}"),
        (criteria.per_section if section else None, f" in {section}", f"section {section}"),
        *((criteria.per_topic, f" about “{topic}”", f"topic {topic}") for topic in topics),
    ]
    return [(most, of, key) for most, of, key in limits if most is not None]


def _topics(story: Story, criteria: Criteria) -> list[str]:
    return [topic for topic in dict.fromkeys((*criteria.include, *criteria.boost)) if _about(story, topic)]


def _stories(count: int) -> str:
    return "1 story" if count == 1 else f"{count} stories"


def _by_section(chosen: Iterable[Ranked], criteria: Criteria) -> tuple[Ranked, ...]:
    """Sections in their order, stories without a section first."""
    order = {"": 0}
    for section in (*criteria.order, *criteria.sections.values()):
        order.setdefault(section, len(order))
    return tuple(sorted(chosen, key=lambda ranked: order[ranked.section]))
