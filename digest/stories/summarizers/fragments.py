"""Sentence fragments: parts of quotations and of others' speech, captions, questions, lines without a final stop.

No neighbouring sentence makes a fragment understandable, so it is not used while anything else is left.
"""

from __future__ import annotations

import re

from digest.model.protocols import Candidate
from digest.stories.summarizers.budget import word_count
from digest.text.quotes import OPENING, QUOTES, quotation_spans
from digest.text.speech import follows_speaker, is_others_speech
from digest.text.words import words

QUOTATION_MARK = re.compile(f"[{QUOTES}「」『』(]")
_FINAL_STOP = re.compile(r"""[.!?…。！？｡।॥؟۔።។၊။·;]["”“»’'«)\]\s」』]*$""")
_QUESTION = re.compile(r"[?？؟\u037e]\W*$")
# A straight single quote is mostly an apostrophe: it opens a quotation only at the start, or after a colon or comma.
_OPEN_QUOTATION = re.compile(
    r"""["“‘„«'](?:(?=[^\W\d_])(?:(?<!')(?<![^\s(\[].)|(?<=^')|(?<=[:,] '))|(?=\d)(?<=[:,] '))"""
)
# A single mark is an apostrophe unless it follows a stop.
_CLOSED_QUOTATION = re.compile(r"""”|(?<=[.,])'(?=\s|$)|(?<=[^\s(])"(?=\s|$)""")
#: Words from which on a sentence tells something.
_MIN_WORDS = 5
#: Characters of a sentence with fewer words, at most (a quick check).
_MAX_SHORT = 60
#: Characters of a heading at most, and words of more than three characters at least.
_MAX_HEADING, _MIN_HEADING_WORDS = 120, 4
_CAPTION = re.compile(
    r"\(pictured\b|\bpictured (?:above|below|left|right)\b|\(file (?:photo|picture)"
    r"|^in this (?:\w+\.? )?(?:\d{1,2},? )?(?:\d{4},? )?(?:file |undated |handout )*(?:photo|image|picture)\b",
    re.IGNORECASE,
)


def is_fragment(candidate: Candidate) -> bool:
    """Whether the sentence is incomplete even with the one before it."""
    text = candidate.text
    if not text.endswith(".") and (_QUESTION.search(text) or not _FINAL_STOP.search(text)):
        return True
    if ("(" in text or "ictured" in text or text.startswith("In this")) and _CAPTION.search(text):
        return True
    if _is_heading(candidate):
        return True
    if QUOTATION_MARK.search(text) and (_is_bare_quotation(text) or _has_unpaired_mark(text)):
        return True
    return _is_inside_quotation(candidate) or _is_others_speech(candidate)


def is_short(candidate: Candidate) -> bool:
    """Whether the sentence has too few words to tell anything."""
    if len(candidate.text) > _MAX_SHORT:
        return False
    return word_count(candidate.text, candidate.article.language) < _MIN_WORDS


def contains_quotation(text: str) -> bool:
    """Whether the sentence quotes somebody."""
    return QUOTATION_MARK.search(text) is not None and bool(quotation_spans(text))


def _is_heading(candidate: Candidate) -> bool:
    """Whether the sentence is a heading within an English article: a paragraph whose longer words are in capitals."""
    text, paragraphs, index = candidate.text, candidate.article.paragraphs, candidate.paragraph
    if len(text) > _MAX_HEADING or candidate.article.language != "en" or text not in paragraphs[index : index + 1]:
        return False
    if any(len(word) > 3 and word[0].islower() and word.isalpha() for word in text.split()):
        return False  # nearly every sentence, without splitting it exactly
    telling = [word for word in words(text, "en") if len(word) > 3 and word[0].isalpha()]
    return len(telling) >= _MIN_HEADING_WORDS and all(word[0].isupper() for word in telling)


def _is_bare_quotation(text: str) -> bool:
    """Whether the sentence is a quotation without its speaker."""
    if text[:1] not in OPENING:
        return False
    spans = quotation_spans(text)
    unquoted = len(words(text, "und")) - sum(len(words(text[start:end], "und")) for start, end in spans)
    return bool(spans) and unquoted < 2


def _has_unpaired_mark(text: str) -> bool:
    """Whether a quotation begins in the sentence and does not end in it, or ends and does not begin."""
    patterns = [pattern for pattern in (_OPEN_QUOTATION, _closing_pattern(text)) if pattern and pattern.search(text)]
    if not patterns:
        return False
    closed = 0
    unquoted = []
    for start, end in (*quotation_spans(text), (len(text), len(text))):
        unquoted.append(text[closed:start])
        closed = end
    return any(pattern.search(part) for pattern in patterns for part in unquoted)


def _closing_pattern(text: str) -> re.Pattern[str] | None:
    """The pattern for a quotation's end, if the text has one of its characters (a pre-filter: most have none)."""
    return _CLOSED_QUOTATION if "”" in text or '"' in text or ".'" in text or ",'" in text else None


def _is_others_speech(candidate: Candidate) -> bool:
    """Whether somebody else says the sentence, and it does not tell who."""
    paragraphs, index = candidate.article.paragraphs, candidate.paragraph
    if index >= len(paragraphs):
        return False
    language = candidate.article.language
    return is_others_speech(paragraphs, index, language) or follows_speaker(paragraphs[index], candidate.text)


def _is_inside_quotation(candidate: Candidate) -> bool:
    """Whether a quotation that began earlier in the paragraph is still open where the sentence starts."""
    paragraphs = candidate.article.paragraphs
    if candidate.paragraph >= len(paragraphs) or paragraphs[candidate.paragraph].startswith(candidate.text):
        return False
    before = paragraphs[candidate.paragraph].partition(candidate.text)[0]
    return before.count('"') % 2 == 1 or before.count("“") > before.count("”") or before.count("«") > before.count("»")
