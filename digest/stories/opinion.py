"""Opinion pieces: recognised by address, source, section, title or author."""

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
#: ``Who pays for the bridge | Opinion``, ``Who pays for the bridge (Commentary)``.
_END_LABEL = lazy_compile(
    r"\s(?:[|–—-]\s*(?:opinion|op-?ed|commentary|editorial|meinung|kommentar|kolumne|opinión|tribune|opinione)"
    r"|[(\[](?:opinion|op-?ed|commentary|editorial|meinung|kommentar|kolumne|opinión)[)\]])$",
    re.IGNORECASE,
)
#: Names of sources and sections. (Many a paper is called Tribune.)
_SOURCE = re.compile(
    r"\b(?:opinions?|editorials?|commentary|op-?eds?|meinung|kommentare?|kolumnen?|opinión|opinioni|opinie)\b",
    re.IGNORECASE,
)
#: An author's line that says it: ``Opinion Jane Roe``, ``Editorial Board``.
_AUTHOR = re.compile(
    r"(?:opinion|commentary|column|meinung|kommentar)\b(?! editor)|.*\beditorial board\b", re.IGNORECASE
)


def is_opinion(article: Article, section: str = "") -> bool:
    """Whether the article says what somebody thinks of the news; ``section`` is the one that its source belongs to."""
    path = urlsplit(article.url).path
    return bool(
        _PATH.search(path)
        or _SLUG.search(path)
        or _LABEL.match(article.title)
        or _END_LABEL.search(article.title)
        or _AUTHOR.match(article.author)
        or any(map(_SOURCE.search, (article.source, section)))
    )
