"""Opinion pieces, as recognised when they were cleaned."""

from __future__ import annotations

from digest.model.articles import Article
from digest.text.opinion import has_opinion_signs, is_opinion_source


def is_opinion(article: Article, section: str = "") -> bool:
    """Whether the article says what somebody thinks of the news; ``section`` is the newsletter's, for its source."""
    if is_opinion_source(section):
        return True
    if article.is_opinion is not None:
        return article.is_opinion
    return has_opinion_signs(url=article.url, title=article.title, source=article.source, author=article.author)
