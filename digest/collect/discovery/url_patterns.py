"""What an address looks like: the front of a site, one of its articles, a map of them. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

#: The front of a site, or of a part of one: a language's, a blog's, a person's.
_FRONT = re.compile(r"/?|/(?:index|default|home)\.\w{3,5}|/(?:~[\w.-]+|[a-z]{2}(?:-[a-zA-Z]{2})?|blog|news)/?")
#: A date, a number, a headline: what addresses of articles have, if they don't hide it.
_TELLING = re.compile(r"\d{4}|[^\W_]+(?:[-_][^\W_]+){3}")
#: What maps of articles are called, and maps of other things.
_POSTS = re.compile(r"post|article|stor(?:y|ies)|blog")
_ELSE = re.compile(r"page|categor|tag|tax|author|user|image|video|product|section|static|archive")


def is_front_page(url: str) -> bool:
    """Is it a site's front page, or that of a part of it?"""
    parts = urlsplit(url)
    return _FRONT.fullmatch(parts.path) is not None and not parts.query


def looks_like_article(url: str) -> bool:
    """Does it look like an article's?"""
    return _TELLING.search(urlsplit(url).path) is not None


def sitemap_priority(url: str) -> int:
    """How likely a site map of this address is to have news: the least number is the likeliest."""
    path = urlsplit(url).path.lower()
    return 0 if "news" in path else 1 if _POSTS.search(path) else 3 if _ELSE.search(path) else 2
