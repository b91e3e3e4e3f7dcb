"""Articles and stories for tests of score, eligibility and rank."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.rank import Ranking
from tests.support import values

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def outlet_article(
    id: str, *body: str, source: str = "", hours_old: float = 1, words: int = 100, title: str = ""
) -> Article:
    """An article by an outlet of its own, unless ``source`` names one."""
    source = source or f"outlet-{id}"
    return values.article(
        id,
        source_id=source,
        source=source.title(),
        url=f"https://{source}.example/{id}",
        title=title or f"Story {id}",
        paragraphs=body or ("word " * words,),
        published=NOON - timedelta(hours=hours_old),
    )


def story(*articles: Article, near_duplicates: tuple[Article, ...] = ()) -> Story:
    return Story(articles=articles, near_duplicates=near_duplicates)


def story_about(id: str, title: str, *paragraphs: str) -> Story:
    """A story of one article with this title."""
    return story(outlet_article(id, *(paragraphs or ("A text.",)), title=title))


def lead_ids(ranking: Ranking) -> list[str]:
    return [ranked.story.lead.id for ranked in ranking.chosen]


def left_out(ranking: Ranking) -> list[tuple[str, str]]:
    """The articles that are left out, with the reasons."""
    return [(item.article.id, item.explanation) for item in ranking.left_out]
