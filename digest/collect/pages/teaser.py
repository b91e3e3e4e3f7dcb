"""Teaser and paywall detection: is a feed's text only a teaser, and is its page's text the full article? Pure.

A page may be a paywall, a consent form, a robot check or a list of links. An article has further text on the subject
of its teaser; a paywall repeats the teaser at most, and has other text. In doubt the feed's text stays.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

#: A feed's text with this many words is a full article.
_MIN_ARTICLE_WORDS = 150
_TRUNCATED = re.compile(
    r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|→|»|\b(?:read more|continue reading|weiterlesen|lire la suite))\W*$", re.I
)
_WALL_PHRASES = re.compile(
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
_FULL_STOP = re.compile(r"[.!?…。！？।؟][\s\"'”’»)]|[.!?…。！？।؟]$")
_SENTENCE_END = re.compile(r"(?<=[.!?…।؟])\s+|(?<=[。！？])")
#: Scripts without spaces between words: two characters count as a word.
_UNSPACED = r"\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[{_UNSPACED}]+|[^\W{_UNSPACED}]+")


def is_teaser(body: str) -> bool:
    """Is the feed's text too short for an article, or cut off?"""
    text = plain_text(body)
    return word_count(text) < _MIN_ARTICLE_WORDS or bool(_TRUNCATED.search(text))


def is_full_article(page: str, *, title: str, teaser: str) -> bool:
    """Is the page's text the full article that the teaser announces?"""
    text, teaser_text = plain_text(page), plain_text(teaser)
    words = word_count(text)
    if words < max(60, 1.5 * word_count(teaser_text)):
        return False
    # A long article may mention cookies or subscriptions; a consent form or paywall is short.
    if words < 400 and (_WALL_PHRASES.search(text) or _is_about_cookies(text, teaser_text)):
        return False
    # A list of links or headings has few full stops.
    if len(_FULL_STOP.findall(text)) < words / 80:
        return False
    topic = _keywords(f"{plain_text(title)} {teaser_text}")
    return _share(topic, _keywords(text)) >= 0.4 and _continues(topic, text)


def _is_about_cookies(text: str, teaser: str) -> bool:
    """Detects consent forms in any language: nearly all use the English word."""
    return len(_COOKIES.findall(text)) >= 3 and not _COOKIES.search(teaser)


def _continues(topic: frozenset[str], text: str) -> bool:
    """Are there sentences beyond those of the teaser, and are they on its topic?"""
    further = [sentence for sentence in _SENTENCE_END.split(text) if _share(_keywords(sentence), topic) < 0.8]
    return _share(topic, _keywords(" ".join(further))) >= 0.1


def _share(keywords: frozenset[str], text_keywords: frozenset[str]) -> float:
    """Return the share of ``keywords`` that the text has; 1 if there are none."""
    return len(keywords & text_keywords) / len(keywords) if keywords else 1.0


def _keywords(text: str) -> frozenset[str]:
    """Return the words with more than three characters; character pairs of scripts without spaces."""
    return frozenset(_iter_keywords(text.lower()))


def _iter_keywords(text: str) -> Iterator[str]:
    for token in _TOKEN.findall(text):
        if re.match(rf"[{_UNSPACED}]", token):
            yield from map("".join, pairwise(token))
        elif len(token) > 3:
            yield token


def word_count(text: str) -> float:
    """Estimate the number of words."""
    return len(text.split()) + len(re.findall(rf"[{_UNSPACED}]", text)) / 2


def plain_text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
