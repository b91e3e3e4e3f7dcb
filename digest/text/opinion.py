"""Signs that a text is somebody's opinion of the news: its address, and the labels that its source gives it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from digest.text.lazy_regex import lazy_compile

_PATH = re.compile(
    r"/(?:opinions?|op-?eds?|commentisfree|commentary|comment|columns?|columnists?|editorials?|perspectives?|ideas"
    r"|voices|letters|meinung|kommentare?|kolumnen?|leitartikel|debatte|tribunes?|debats|chroniques?|editoriaux"
    r"|opinion(?:es)?|columnas?|tribunas?|opinioni|editoriali|opiniao|opinie|ledare|debatt)(?:/|$)",
    re.IGNORECASE,
)
#: The last part of an address: ``…-column``, ``…-opinion-123``.
_SLUG = re.compile(r"-(?:column|opinion|editorial|op-ed|commentary)(?:-\d+|\.\w+)?/?(?:\d+/?)?$", re.IGNORECASE)
#: Kinds of opinion pieces.
_KIND = (
    r"opinion|op-?ed|(?:guest )?(?:commentary|editorial)|guest (?:column|essay)|viewpoint|(?:gast)?kommentar|meinung"
    r"|kolumne|leitartikel|gastbeitrag|tribune|chronique|éditorial|édito|opinión|tribuna|editoriale|opinião|opinie|ledare"
)
#: Kinds, too, but as a line of a text or a page they may be something else: a table's column, what readers say.
_AMBIGUOUS_KIND = r"comment|column|perspective|letters?(?: to the editor)?|columna|debatt"
#: Sections that hold opinion pieces only.
_SECTION_KIND = (
    r"(?:opinion|op-?ed|editorial|column|columnist|perspective|viewpoint|chronique|tribune|columna|tribuna)s"
    r"|comment is free|commentaries|kommentare|meinungen|kolumnen|debatte|éditoriaux|opinioni|editoriali"
)
_TITLE_START = lazy_compile(rf"(?:{_KIND}|{_AMBIGUOUS_KIND})\s*[:|–—]", re.IGNORECASE)
#: ``Who pays for the bridge | Opinion``, ``Who pays for the bridge (Commentary)``.
_TITLE_END = lazy_compile(
    r"\s(?:[|–—-]\s*(?:opinion|op-?ed|commentary|editorial|meinung|kommentar|kolumne|opinión|tribune|opinione)"
    r"|[(\[](?:opinion|op-?ed|commentary|editorial|meinung|kommentar|kolumne|opinión)[)\]])$",
    re.IGNORECASE,
)
#: In the name of a source or a newsletter's section. (Many a paper is called Tribune.)
_SOURCE = re.compile(
    r"\b(?:opinions?|editorials?|commentary|op-?eds?|meinung|kommentare?|kolumnen?|opinión|opinioni|opinie)\b",
    re.IGNORECASE,
)
#: An author's line that says it: ``Opinion Jane Roe``, ``Jane Roe, opinion contributor``, ``Editorial Board``.
_AUTHOR = lazy_compile(
    r"(?:opinion|commentary|column|meinung|kommentar)\b(?! editor)|.*\beditorial board\b"
    r"|.*\b(?:opinion|guest|commentary) (?:contributor|columnist|writer)\b",
    re.IGNORECASE,
)
#: A section that says it whole, alone or as part of a path: ``Opinion``, ``News/Opinion``, ``Opinion & Analysis``.
_SECTION = lazy_compile(
    rf"(?:[^/>|]*[/>|]\s*)*(?:{_KIND}|{_AMBIGUOUS_KIND}|{_SECTION_KIND})(?:\s*[/>|&].*)?", re.IGNORECASE
)
#: A line that is only a label, as ``ANALYSIS/OPINION:``, or opens with one, as ``COMMENTARY: The tram …``.
_LINE = lazy_compile(rf"(?:[^\W\d_]+\s*[/|]\s*)?(?:{_KIND})\s*(?:[:.|]?$|:)", re.IGNORECASE)


def has_opinion_signs(
    *, url: str, title: str, source: str, author: str, sections: Iterable[str] = (), first_lines: Iterable[str] = ()
) -> bool:
    """Whether a source presents its text as an opinion.

    ``author`` and ``first_lines`` as published, since cleaning removes their labels; ``sections`` are those under
    which the source files the text.
    """
    path = urlsplit(url).path
    return bool(
        _PATH.search(path)
        or _SLUG.search(path)
        or _TITLE_START.match(title)
        or _TITLE_END.search(title)
        or _AUTHOR.match(author)
        or is_opinion_source(source)
        or any(map(_SECTION.fullmatch, sections))
        or any(map(_LINE.match, first_lines))
    )


def is_opinion_source(name: str) -> bool:
    """Whether a source or a newsletter's section is named for opinions."""
    return _SOURCE.search(name) is not None
