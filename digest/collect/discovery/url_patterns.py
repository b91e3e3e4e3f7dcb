"""URL patterns: front pages, articles, and the likely contents of sitemaps. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: Path of a front page of a site, or of a language, blog or user of a site.
_FRONT_PAGE = re.compile(
    r"/?|/(?:index|default|home)\.\w{3,5}|/(?:~[\w.-]+|[a-z]{2}(?:-[a-zA-Z]{2})?|blog|news|weblog|posts|archives?)/?"
)
#: A date, a number or a headline in a path.
_ARTICLE = re.compile(r"\d{4}|[^\W_]+(?:[-_][^\W_]+){3}")
#: Names of sitemaps with articles, and with other pages.
_ARTICLE_SITEMAP = re.compile(r"post|article|stor(?:y|ies)|blog")
_OTHER_SITEMAP = re.compile(r"page|categor|tag|tax|author|user|image|video|product|section|static|archive")


def is_front_page(url: str) -> bool:
    """Is it the front page of a site, or of a part of it?"""
    parts = urlsplit(url)
    return _FRONT_PAGE.fullmatch(parts.path) is not None and not parts.query


def looks_like_article(url: str) -> bool:
    """Does the address look like an article's?"""
    return _ARTICLE.search(urlsplit(url).path) is not None


def sitemap_priority(url: str) -> int:
    """Return a sort key by which sitemaps that probably list news come first."""
    path = urlsplit(url).path.lower()
    return 0 if "news" in path else 1 if _ARTICLE_SITEMAP.search(path) else 3 if _OTHER_SITEMAP.search(path) else 2
