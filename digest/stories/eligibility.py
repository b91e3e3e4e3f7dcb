"""Eligibility: which stories may be in the edition, and why the other articles are left out.

A story is not eligible if its topic is excluded, if an earlier edition had it and nothing is new, or if it is under the
quality floor. (``rank`` leaves out further stories for its limits.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from digest.model.articles import Article
from digest.model.stories import LeftOut, Ranked, Story
from digest.stories.criteria import Criteria
from digest.stories.novelty import is_new_development, is_substantial_edit
from digest.stories.salience import NO_SALIENCE, Salience
from digest.stories.score import merit, score
from digest.stories.topics import is_story_about


def admit(story: Story, criteria: Criteria, *, salience: Salience = NO_SALIENCE) -> tuple[Ranked | None, list[LeftOut]]:
    """The scored story if it is eligible, and its articles that are left out.

    Of a story that was published before, only articles with news are in: an update.
    """
    if reason := _reason_against(story, criteria):
        return None, leave_out(story, reason)
    published = tuple(
        chain.from_iterable(criteria.already_published.get(article.id, ()) for article in story.all_articles)
    )
    if not published:
        return _above_floor(score(story, criteria, salience=salience), criteria)
    new = tuple(article for article in story.articles if _has_news(article, published, criteria))
    left_out = [
        LeftOut(article=article, reason=_reason_for_no_news(article, criteria))
        for article in story.all_articles
        if article not in new
    ]
    if not new:
        return None, left_out
    ranked = score(Story(articles=new), criteria, salience=salience)
    return replace(ranked, update=True, already_published=published), left_out


def _above_floor(ranked: Ranked, criteria: Criteria) -> tuple[Ranked | None, list[LeftOut]]:
    """The story, unless it would be padding: worth no more than the floor, and not about a topic that is asked for."""
    points = merit(ranked, criteria)
    if not criteria.quality_floor or points > criteria.quality_floor or _is_asked_for(ranked, criteria):
        return ranked, []
    reason = f"worth no more by itself than the quality floor of {criteria.quality_floor:g} points"
    return None, leave_out(ranked.story, reason, f"{points:.2f}")


def _is_asked_for(ranked: Ranked, criteria: Criteria) -> bool:
    is_boosted = any(reason.name == "topic" and reason.points > 0 for reason in ranked.reasons)
    return bool(criteria.include or criteria.wanted) or is_boosted


def leave_out(story: Story, reason: str, detail: str = "") -> list[LeftOut]:
    """All articles of the story, with the reason."""
    return [LeftOut(article=article, reason=reason, detail=detail) for article in story.all_articles]


def _has_news(article: Article, published: Sequence[Article], criteria: Criteria) -> bool:
    """Whether the article adds something to what was published: a new article, or a substantial edit of an old one."""
    if article.id in criteria.already_published:
        return is_substantial_edit(article, published)
    return is_new_development(article, published)


def _reason_for_no_news(article: Article, criteria: Criteria) -> str:
    if article.id in criteria.already_published:
        return "already in an earlier edition"
    return "nothing new since an earlier edition published its story"


def _reason_against(story: Story, criteria: Criteria) -> str:
    """Why the story is not wanted; empty if it is."""
    if not any(article.title or article.paragraphs for article in story.articles):
        return "there is nothing to read in it"
    if excluded := [topic for topic in criteria.exclude if is_story_about(story, topic)]:
        return f"about “{excluded[0]}”, which is excluded"
    if criteria.include and not any(is_story_about(story, topic) for topic in criteria.include):
        return "about none of the topics that are included"
    if criteria.wanted and not any(is_story_about(story, topic) for topic in criteria.wanted):
        return "about none of the topics that its readers want"
    return ""
