"""Transcripts of interviews and podcasts: paragraphs that open with a speaker's name ("Ann Roe: We began in May.")."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from digest.text.lazy_regex import lazy_compile

#: Characters of a speaker's name, at most.
_MAX_NAME = 40
_TURN = lazy_compile(r"([^\W\d_a-zß-ÿ][\w.’'-]*(?: [^\W\d_a-zß-ÿ][\w.’'-]*){0,3}) ?[:：]\s+(?=\S)")
#: Speakers with so many turns make a transcript, if so many of all turns ask something, and the speakers take turns.
_MIN_SPEAKERS, _MIN_TURNS, _MIN_QUESTIONS = 2, 3, 2
_MIN_CHANGES = 0.3
#: Share of paragraphs that are turns, at least: long answers have several paragraphs.
_MIN_SHARE = 0.3
_QUESTION_MARKS = ("?", "？", "؟")


def speaker_turns(paragraphs: Sequence[str]) -> Mapping[int, str]:
    """The speaker of each turn, by the index of its paragraph; empty if the text is no transcript."""
    speakers = {index: name for index, text in enumerate(paragraphs) if (name := _speaker(text))}
    if len(speakers) < max(_MIN_SPEAKERS * _MIN_TURNS, _MIN_SHARE * len(paragraphs)):
        return {}
    frequent = {name for name, count in Counter(speakers.values()).items() if count >= _MIN_TURNS}
    turns = {index: name for index, name in speakers.items() if name in frequent}
    names = list(turns.values())
    changes = sum(name != following for name, following in pairwise(names))
    questions = sum(any(mark in paragraphs[index] for mark in _QUESTION_MARKS) for index in turns)
    is_dialogue = changes >= _MIN_CHANGES * (len(names) - 1) and questions >= _MIN_QUESTIONS
    return turns if len(frequent) >= _MIN_SPEAKERS and is_dialogue else {}


def _speaker(paragraph: str) -> str:
    if ":" not in paragraph[:_MAX_NAME] and "：" not in paragraph[:_MAX_NAME]:
        return ""
    match = _TURN.match(paragraph)
    return match[1] if match and len(match[1]) < _MAX_NAME else ""


def without_speaker(text: str) -> str:
    """What is said in the turn, or in its first sentence."""
    match = _TURN.match(text)
    return text[match.end() :] if match else text


#: Opens an answer that only reacts to what was said before.
_REACTION = re.compile(
    r"(?:yeah|yep|yes|no|nope|sure|well|oh|ah|okay|ok|right|exactly|absolutely|totally|definitely|hey|um|uh|hm+"
    r"|so|like"
    r"|and|but|or|because|then|also|i mean|you know|that|this|these|those|it|they|he|she|there|here|which|what"
    r"|wow|cool|great"
    r"|ja|nein|doch|genau|also|na|und|aber|das|oui|non|ouais|alors|et|mais|bon|sí|no|bueno|pues|claro|y|pero|sì"
    r"|certo|e|ma"
    r"|allora|sim|não|bem|nee|maar|en)\b(?:[’']\w+)?",
    re.IGNORECASE,
)


def is_reaction(text: str) -> bool:
    """Whether what is said leans on the turn before: "Yeah, that happens."."""
    return _REACTION.match(text) is not None
