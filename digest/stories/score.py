"""Score a story: the sum of its reasons, in points. One point is what a second independent outlet is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from digest.model.articles import Article
from digest.model.stories import Ranked, Reason, Story
from digest.stories.coverage import count_outlets
from digest.stories.criteria import Criteria
from digest.stories.opinion import is_opinion
from digest.stories.salience import NO_SALIENCE, Salience
from digest.stories.topics import is_story_about
from digest.text.headlines import tells_news

#: Hours in which an article from before the edition's own time loses half of its freshness.
_HALF_LIFE_H = 24.0
#: Points of a story without a report: somebody's opinion of the news.
_OPINION_POINTS = -0.5
#: Points of a story whose subject all other outlets of the window write about; fewer count by their logarithm. An
#: outlet that reports the event itself is worth more.
_SUBJECT_POINTS = 0.8
#: Outlets from which on it counts fully: few say little about what the day talks about.
_MANY_OUTLETS = 15
#: Points of a story whose title tells no news: a question, an explainer, a live blog.
_FEATURE_POINTS = -0.25
#: Points of an article of full length, and its words: those of an agency's report.
_FULL_LENGTH_POINTS, _FULL_LENGTH_WORDS = 0.5, 250
#: Points of the first outlet that reprints the text; more outlets count by their logarithm.
_REPRINT_POINTS = 0.2
#: Points lost for each story of the same outlet that ranks higher, and how many of them count.
_VARIETY_POINTS, _VARIETY_STORIES = 0.25, 3
#: Points lost for the first story with the same label that ranks higher; more count by their logarithm.
_LABEL_POINTS = 0.25
#: Reasons that lie in the story, not in the reader's settings nor in the other stories.
_MERITS = frozenset({"coverage", "reprints", "freshness", "length"})
_NO_FEEDBACK = Reason(name="feedback", points=0.0)
#: Freshness that counts towards the quality floor, at least, for an article that no edition could have had: an old or
#: unknown date is its source's fault, and nobody has read it.
_NEW_ARRIVAL_POINTS = 0.75


def score(story: Story, criteria: Criteria, *, salience: Salience = NO_SALIENCE) -> Ranked:
    """The story with its score and the reasons that add up to it."""
    reports, reprints = _reports(story.articles, criteria), _reports(story.near_duplicates, criteria)
    reasons = (
        _coverage(reports),
        _reprints(reports, reprints),
        _freshness(story, criteria),
        _reason("opinion", 0.0 if reports or reprints else _OPINION_POINTS, "no report"),
        _subject(salience),
        _title(story.lead),
        _source_weight(story, criteria),
        _length(story),
        _feedback(story.lead, criteria),
        *(_topic(topic, points) for topic, points in criteria.boost.items() if is_story_about(story, topic)),
    )
    reasons = tuple(reason for reason in reasons if reason.points or reason.name == "freshness")
    section = criteria.sections.get(story.lead.source_id, "")
    return Ranked(story=story, score=_total(reasons), reasons=reasons, section=section)


def merit(ranked: Ranked, criteria: Criteria) -> float:
    """Points that the story is worth by itself: without weights, topics, votes, variety, and being an opinion."""
    points = {reason.name: reason.points for reason in ranked.reasons if reason.name in _MERITS}
    if any(article.id not in criteria.passed_over for article in ranked.story.articles):
        points["freshness"] = max(points["freshness"], _NEW_ARRIVAL_POINTS)
    return math.fsum(points.values())


def lower_for_variety(ranked: Ranked, higher: int, *, label: str = "", higher_with_label: int = 0) -> Ranked:
    """The story with the penalties for so many ``higher`` ranked stories of its outlet, and with its label, in place of
    any it has."""
    reasons = tuple(reason for reason in ranked.reasons if reason.name not in {"variety", "label"})
    if higher:
        points = -_VARIETY_POINTS * min(higher, _VARIETY_STORIES)
        reasons = (*reasons, _reason("variety", points, f"{higher} above from {ranked.story.lead.source}"))
    if higher_with_label:
        points = -_LABEL_POINTS * math.log2(1 + higher_with_label)
        reasons = (*reasons, _reason("label", points, f"{higher_with_label} above labelled “{label}”"))
    return replace(ranked, reasons=reasons, score=_total(reasons))


def _reports(articles: Iterable[Article], criteria: Criteria) -> tuple[Article, ...]:
    """The articles without opinions, which are no coverage of an event."""
    sections = criteria.sections
    return tuple(article for article in articles if not is_opinion(article, sections.get(article.source_id, "")))


def _coverage(reports: Sequence[Article]) -> Reason:
    outlets = count_outlets(reports)
    return _reason("coverage", math.log2(max(1, outlets)), f"{outlets} outlets")


def _reprints(reports: Sequence[Article], reprints: Sequence[Article]) -> Reason:
    """Points for the outlets that have nothing but a reprint."""
    outlets = count_outlets((*reports, *reprints)) - count_outlets(reports)
    detail = "1 more outlet has the same text" if outlets == 1 else f"{outlets} more outlets have the same text"
    return _reason("reprints", _REPRINT_POINTS * math.log2(1 + outlets), detail)


def _freshness(story: Story, criteria: Criteria) -> Reason:
    """Points for the newest article; none where it is unknown, or old news to the last edition, how new they are."""
    dates = [article.published for article in story.articles if article.id not in criteria.undated]
    if not dates:
        return _reason("freshness", 0.0, "no date")
    if all(article.id in criteria.passed_over for article in story.articles):
        return _reason("freshness", 0.0, "collected before the last edition")
    hours_before = _hours(max(dates), criteria.fresh_since or criteria.now)
    return _reason("freshness", 0.5 ** (hours_before / _HALF_LIFE_H), f"{_hours(max(dates), criteria.now):.0f} h old")


def _hours(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 3600)


def _subject(salience: Salience) -> Reason:
    share = math.log2(1 + salience.related) / math.log2(1 + max(salience.others, _MANY_OUTLETS))
    return _reason(
        "subject", _SUBJECT_POINTS * share, f"{salience.related} of {salience.others} other outlets write about it"
    )


def _title(lead: Article) -> Reason:
    points = 0.0 if tells_news(lead.title, lead.language) else _FEATURE_POINTS
    return _reason("title", points, "tells no news")


def _source_weight(story: Story, criteria: Criteria) -> Reason:
    """The highest weight counts: a story is not worse because a minor outlet has it too."""
    weights = {article.source: criteria.weights.get(article.source_id, 1.0) for article in story.articles}
    source, weight = min(weights.items(), key=lambda item: (-item[1], item[0]))
    return _reason("source", math.log2(min(max(weight, 0.01), 100.0)), f"{source} has weight {weight:g}")


def _length(story: Story) -> Reason:
    words = max(article.words for article in story.articles)
    return _reason("length", _FULL_LENGTH_POINTS * min(1.0, words / _FULL_LENGTH_WORDS), f"{words} words")


def _feedback(lead: Article, criteria: Criteria) -> Reason:
    rating = criteria.feedback.get(lead.outlet)
    return _reason("feedback", rating.points, f"{lead.source} was {rating.detail}") if rating else _NO_FEEDBACK


def _topic(topic: str, points: float) -> Reason:
    return _reason("topic", points, f"about “{topic}”")


def _reason(name: str, points: float, detail: str) -> Reason:
    """Points are rounded to thousandths, so that those shown add up."""
    return Reason(name=name, points=round(points, 3) + 0.0, detail=detail)


def _total(reasons: Iterable[Reason]) -> float:
    return round(math.fsum(reason.points for reason in reasons), 3)
