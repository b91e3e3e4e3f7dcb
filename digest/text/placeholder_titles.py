"""Placeholder titles: texts in the place of a headline that are none, such as "Loading …", a byline or a credit."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile
from digest.text.stop_words import stop_words

#: Characters of a placeholder, at most.
_MAX_LENGTH = 150
#: Stop words that are names, too.
_IN_NAMES = {"an", "can", "may", "will"}
_NAME = r"(?:[A-ZÀ-Þ][\w.’'-]*\s){1,2}[A-ZÀ-Þ][\w.’'-]+"
_PLACEHOLDER = lazy_compile(
    r"\W*(?:loading|please wait|just a moment|untitled(?: (?:document|page))?|no title|home ?page|index|null|undefined"
    r"|\[object object\])\W*",
    re.IGNORECASE,
)
#: "By Ann Smith", "By ANN SMITH and BOB ROE, Example Press", "By Ann Smith | 5 May 2026".
_BYLINE = lazy_compile(rf"(?i:by):?\s(?P<name>{_NAME})(?:(?:,\s|\sand\s|\s?&\s){_NAME})*(?:\s?[,|·•–—-]\s?.{{1,40}})?")
#: "Ann Smith/AFP", "Ann Smith/Example Images".
_CREDIT = lazy_compile(
    rf"{_NAME}\s?/\s?(?:[A-Z]{{2,6}}|Reuters|Bloomberg|Shutterstock|Alamy"
    r"|[\w .’'-]{0,30}\b(?:Images?|Photos?|Press|Pool|Agency|Media|News|Getty|Times|Post))(?:\s(?:via|/)\s.{1,30})?"
)


#: Words after "By" that begin no name: "By Train Across Europe" is a title.
_MEANS = {
    *("accident", "air", "bicycle", "bike", "boat", "bus", "camel", "canal", "car", "chance"),
    *("coach", "cycle", "dawn", "day", "default", "definition", "demand", "design", "dusk", "ferry"),
    *("foot", "hand", "heart", "horse", "horseback", "invitation", "land", "law", "mail", "mistake"),
    *("moonlight", "nature", "night", "order", "phone", "plane", "popular", "proxy", "public", "rail"),
    *("request", "river", "road", "royal", "sail", "sea", "ship", "special", "tram", "train"),
    *("tube", "underground", "virtue", "wheelchair", "word"),
}


def is_placeholder(title: str) -> bool:
    """Is the text no headline, though it is in the place of one?"""
    title = title.strip()
    if len(title) > _MAX_LENGTH:
        return False
    if byline := _BYLINE.fullmatch(title):
        first, *following = (word.strip(".,;:’'").lower() for word in byline["name"].split())
        return first not in _MEANS and (stop_words("en") - _IN_NAMES).isdisjoint((first, *following[:-1]))
    return any(pattern.fullmatch(title) for pattern in (_PLACEHOLDER, _CREDIT))
