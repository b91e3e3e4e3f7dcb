"""Texts of published stories, with the source of each sentence: for pages. They outlive the articles."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, select

from digest.model.articles import Article
from digest.model.published_stories import PublishedArticle, PublishedSentence, PublishedStory
from digest.model.stories import Brief
from digest.store.mapping import batches, first_by_key
from digest.store.tables import stories
from digest.store.tables import story_texts as table

#: Index of the article of a sentence whose article isn't known.
UNKNOWN_ARTICLE = -1


def row_for(story_id: int, brief: Brief) -> Mapping[str, Any]:
    """The row of a story that is being published."""
    articles = first_by_key(brief.story.all_articles, lambda article: article.id)
    indexes = {article_id: index for index, article_id in enumerate(articles)}
    return {
        "story_id": story_id,
        "section": brief.ranked.section,
        "language": brief.story.lead.language,
        "citations": [indexes.get(sentence.article.id, UNKNOWN_ARTICLE) for sentence in brief.sentences],
        "articles": [_article_values(article) for article in articles.values()],
    }


def of_edition(conn: Connection, edition_id: int) -> tuple[PublishedStory, ...]:
    """The edition's stories in its order."""
    return _find(conn, stories.c.edition_id == edition_id)


def get(conn: Connection, story_ids: Collection[int]) -> Mapping[int, PublishedStory]:
    """The stories with these ids; unknown ids are left out."""
    return {story.id: story for batch in batches(story_ids) for story in _find(conn, stories.c.id.in_(batch))}


def of_briefs(briefs: Sequence[Brief]) -> tuple[PublishedStory, ...]:
    """The stories as an edition that isn't published would have them; their ids are 0."""
    ids = {"id": 0, "thread_id": 0, "edition_id": 0}
    return tuple(
        _story(
            {
                **row_for(0, brief),
                **ids,
                "position": position,
                "title": brief.story.lead.title,
                "update": brief.ranked.update,
                "sentences": tuple(sentence.text for sentence in brief.sentences),
            }
        )
        for position, brief in enumerate(briefs)
    )


def _find(conn: Connection, condition: ColumnElement[bool]) -> tuple[PublishedStory, ...]:
    columns = [column for column in table.c if column.name != "story_id"]
    # A store of a version before may know a story's text, and not its sources.
    query = select(stories, *columns).select_from(stories.outerjoin(table)).where(condition)
    rows = conn.execute(query.order_by(stories.c.edition_id, stories.c.position)).mappings()
    return tuple(map(_story, rows))


def _story(row: RowMapping | Mapping[str, Any]) -> PublishedStory:
    articles = tuple(map(_article, row["articles"] or ()))
    citations = row["citations"] or [UNKNOWN_ARTICLE] * len(row["sentences"])
    return PublishedStory(
        id=row["id"],
        thread_id=row["thread_id"],
        edition_id=row["edition_id"],
        position=row["position"],
        title=row["title"],
        is_update=row["update"],
        section=row["section"] or "",
        language=row["language"] or "und",
        sentences=tuple(
            PublishedSentence(text=text, article=_cited(articles, index))
            for text, index in zip(row["sentences"], citations, strict=True)
        ),
        articles=articles,
    )


def _cited(articles: Sequence[PublishedArticle], index: int) -> PublishedArticle | None:
    return None if index == UNKNOWN_ARTICLE else articles[index]


def _article_values(article: Article) -> Mapping[str, str]:
    return {
        "id": article.id,
        "url": article.url,
        "title": article.title,
        "source": article.source,
        "author": article.author,
        "published": article.published.isoformat(),
        "language": article.language,
    }


def _article(heading: Mapping[str, str]) -> PublishedArticle:
    published = datetime.fromisoformat(heading["published"])
    return PublishedArticle(**{**heading, "published": published})  # type: ignore[arg-type]  # the others are texts
