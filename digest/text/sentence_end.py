"""Sentence end: does a line end as a sentence does?"""

from __future__ import annotations

from digest.text.lazy_regex import lazy_compile
from digest.text.quotes import CLOSING

STOPS = ".!?…。！？।॥؟۔።։;？．｡"
#: A footnote's number may follow: "said.[4]", "said.12"; but "Feb. 9" and "1.41" end in a number.
_SENTENCE_END = lazy_compile(
    rf"[{STOPS}](?:[\s{CLOSING})\]}}*†‡]|\[\d{{1,3}}\]){{0,6}}$|(?<=[^\W\d])[{STOPS}][{CLOSING}]?\d{{1,3}}[\])]?$"
)
_STOPS = frozenset(STOPS)
#: Characters of the longest sentence end: the stop, and what may follow it.
_TAIL = 7


def ends_sentence(text: str) -> bool:
    """Does the text end as a sentence does?"""
    return text[-1:] in _STOPS or _SENTENCE_END.search(text, max(0, len(text) - _TAIL)) is not None
