"""Opinion pieces: recognised by their address, their source or their title."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from digest.model.articles import Article
from digest.text.lazy_regex import lazy_compile

_PATH = re.compile(
    r"/(?:opinions?|op-?eds?|commentisfree|commentary|comment|columns?|columnists?|editorials?|perspectives?|ideas"
    r"|voices|letters|meinung|kommentare?|kolumnen?|leitartikel|debatte|tribunes?|debats|chroniques?|editoriaux"
    r"|opinion(?:es)?|columnas?|tribunas?|opinioni|editoriali|opiniao|opinie|ledare|debatt)(?:/|$)",
    re.IGNORECASE,
)
#: The last part of an address: ``…-column``, ``…-opinion-123``.
_SLUG = re.compile(r"-(?:column|opinion|editorial|op-ed|commentary)(?:-\d+|\.\w+)?/?(?:\d+/?)?$", re.IGNORECASE)
_LABEL = lazy_compile(
    r"(?:opinion|op-?ed|commentary|comment|editorial|column|perspective|letters?(?: to the editor)?|meinung|kommentar"
    r"|kolumne|leitartikel|gastbeitrag|tribune|chronique|éditorial|édito|opinión|columna|tribuna|editoriale|opinião"
    r"|opinie|ledare)\s*[:|–—]",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\b(?:opinions?|editorials?|commentary|op-?eds?|meinung|kommentare|opinión|tribunes?)\b", re.IGNORECASE
)


def is_opinion(article: Article) -> bool:
    """Whether the article says what somebody thinks of the news."""
    path = urlsplit(article.url).path
    return bool(
        _PATH.search(path) or _SLUG.search(path) or _LABEL.match(article.title) or _SOURCE.search(article.source)
    )
