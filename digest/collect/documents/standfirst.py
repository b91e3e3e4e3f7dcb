"""Standfirst: a description that introduces an article and stands beside its text, in a feed or in a page's metadata.

A description may also repeat the text's beginning, be cut off, or describe the site. Such ones are left out.
"""

from __future__ import annotations

import re
from html import escape, unescape
from itertools import pairwise

from digest.text.html import plain_text
from digest.text.sentence_end import ends_sentence

#: Characters of a standfirst, at least and at most.
_MIN_LENGTH, _MAX_LENGTH = 40, 700
#: Share of its pairs of words that the text has too, at most; a description with more repeats the text.
_MAX_REPEATED = 0.5
#: Share of its long words that the text has too, at least: otherwise it describes the site.
_MIN_SHARED, _LONG_WORD = 0.3, 5
#: The text is at least so many times as long as its standfirst.
_MIN_TEXT = 2
_TAG = re.compile(r"<[^<>]{0,500}>")
_WORD = re.compile(r"[^\W_]+")
_CUT_ENDS = ("...", "…", "]", "»", "→")


def with_standfirst(body: str, description: str) -> str:
    """The HTML of an article with its description as the first paragraph, if that is a standfirst."""
    if len(description) < _MIN_LENGTH or len(description) > 2 * _MAX_LENGTH or not body:
        return body
    text = plain_text(description)
    is_whole = _MIN_LENGTH <= len(text) <= _MAX_LENGTH and ends_sentence(text) and not text.endswith(_CUT_ENDS)
    if not is_whole or len(body) < _MIN_TEXT * len(text) or text[:_MIN_LENGTH] in body or not _adds(text, body):
        return body
    return f"<p>{escape(text, quote=False)}</p>{body}"


def _adds(description: str, body: str) -> bool:
    """Whether the description is about the text and says it in other words."""
    described, written = _words(description), _words(unescape(_TAG.sub(" ", body)))
    pairs = set(pairwise(described))
    long_words = {word for word in described if len(word) >= _LONG_WORD}
    repeated = len(pairs & set(pairwise(written)))
    return (
        bool(long_words)
        and repeated <= _MAX_REPEATED * len(pairs)
        and len(long_words & set(written)) >= _MIN_SHARED * len(long_words)
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
