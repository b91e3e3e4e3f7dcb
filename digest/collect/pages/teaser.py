"""Is a feed's text only a teaser, and is what its page gives the article? Pure.

A page may be a paywall, a consent form, a robot check or a list of links. The article goes on about what its feed
announced; a wall repeats that at most, and goes on about itself. Where there is doubt the feed's text stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

#: A feed's text of so many words is an article in itself.
_WHOLE = 150
_ENDS_OPEN = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|→|»|\b(?:read more|continue reading|weiterlesen|lire la suite))\W*$", re.I
)
_WALLS = re.compile(
    r"""subscribe\ (?:now\ )?to\ (?:continue|read|keep)|already\ a\ (?:paid\ )?subscriber
    |(?:log|sign)\ (?:in|up)\ (?:or\ register\ )?to\ (?:continue|read|keep|view)|to\ continue\ reading
    |(?:article|content|post|story)\ is\ (?:only\ )?(?:for|available\ to)\ (?:paying\ )?(?:subscribers|members)
    |unlock\ th(?:is|e)\ (?:full\ )?(?:article|story)|create\ an?\ (?:free\ )?account|free\ articles\ (?:this|left)
    |jetzt\ (?:abonnieren|weiterlesen)|nur\ für\ abonnenten|bereits\ (?:abonnent|kunde)|réservée?s?\ aux\ abonnés
    |déjà\ abonné|para\ suscriptores|agli\ abbonati|voor\ abonnees|we\ (?:and\ our\ partners\ )?use\ cookies
    |accept\ (?:all\ )?cookies|cookie\ (?:policy|settings|consent)|are\ you\ a\ (?:robot|human)
    |verify\ (?:that\ )?you\ are\ (?:a\ )?human|unusual\ traffic|enable\ javascript|checking\ your\ browser
    |access\ denied""",
    re.IGNORECASE | re.VERBOSE,
)
_COOKIES = re.compile(r"\bcookies?\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_STOP = re.compile(r"[.!?…。！？।؟][\s\"'”’»)]|[.!?…。！？।؟]$")
_SENTENCE = re.compile(r"(?<=[.!?…।؟])\s+|(?<=[。！？])")
#: Scripts that write no spaces: two letters carry about what a word does.
_UNSPACED = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_PIECES = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")


def is_teaser(body: str) -> bool:
    """Does the feed's text leave the article to its page?"""
    text = _plain(body)
    return _size(text) < _WHOLE or bool(_ENDS_OPEN.search(text))


def is_full_article(page: str, *, title: str, teaser: str) -> bool:
    """Is this the whole text of what the feed announced?"""
    text, announced = _plain(page), _plain(teaser)
    size = _size(text)
    if size < max(60, 1.5 * _size(announced)):
        return False
    # A long article may speak of cookies; a wall speaks of little else.
    if size < 400 and (_WALLS.search(text) or _is_about_cookies(text, announced)):
        return False
    # A list of links or headings has hardly any full stops.
    if len(_STOP.findall(text)) < size / 80:
        return False
    wanted = _telling(f"{_plain(title)} {announced}")
    return _share(wanted, _telling(text)) >= 0.4 and _goes_on(wanted, text)


def _is_about_cookies(text: str, announced: str) -> bool:
    """One of the few words that all languages share."""
    return len(_COOKIES.findall(text)) >= 3 and not _COOKIES.search(announced)


def _goes_on(wanted: frozenset[str], text: str) -> bool:
    """Is there more than was announced, and is it about that?"""
    more = [one for one in _SENTENCE.split(text) if _share(_telling(one), wanted) < 0.8]
    return _share(wanted, _telling(" ".join(more))) >= 0.1


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 1.0


def _telling(text: str) -> frozenset[str]:
    """Its words, without the short ones, which say nothing; pairs of letters where nothing parts words."""
    return frozenset(_told(text.lower()))


def _told(text: str) -> Iterator[str]:
    for piece in _PIECES.findall(text):
        if re.match(rf"[{_UNSPACED}]", piece):
            yield from map("".join, pairwise(piece))
        elif len(piece) > 3:
            yield piece


def _size(text: str) -> float:
    """How many words it has, about."""
    return len(text.split()) + len(re.findall(rf"[{_UNSPACED}]", text)) / 2


def _plain(marked: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", marked)).split())
