"""Placeholder titles: texts in the place of a headline that are none, such as "Loading …", a byline or a credit."""

from __future__ import annotations

import re

from digest.text.lazy_regex import lazy_compile

#: Characters of a placeholder, at most.
_MAX_LENGTH = 150
_NAME = r"(?:[A-ZÀ-Þ][\w.’'-]*\s){1,2}[A-ZÀ-Þ][\w.’'-]+"
_PLACEHOLDER = lazy_compile(
    r"\W*(?:loading|please wait|just a moment|untitled(?: (?:document|page))?|no title|home ?page|index|null|undefined"
    r"|\[object object\])\W*",
    re.IGNORECASE,
)
#: "By Ann Smith", "By ANN SMITH and BOB ROE, Example Press", "By Ann Smith | 5 May 2026".
_BYLINE = lazy_compile(rf"(?i:by):?\s{_NAME}(?:(?:,\s|\sand\s|\s?&\s){_NAME})*(?:\s?[,|·•–—-]\s?.{{1,40}})?")
#: "Ann Smith/AFP", "Ann Smith/Example Images".
_CREDIT = lazy_compile(
    rf"{_NAME}\s?/\s?(?:[A-Z]{{2,6}}|Reuters|Bloomberg|Shutterstock|Alamy"
    r"|[\w .’'-]{0,30}\b(?:Images?|Photos?|Press|Pool|Agency|Media|News|Getty|Times|Post))(?:\s(?:via|/)\s.{1,30})?"
)


def is_placeholder(title: str) -> bool:
    """Is the text no headline, though it is in the place of one?"""
    title = title.strip()
    return len(title) <= _MAX_LENGTH and any(pattern.fullmatch(title) for pattern in (_PLACEHOLDER, _BYLINE, _CREDIT))
