"""Notes at the head or the foot of an article: sponsors, requests for donations, views that are not the outlet's."""

from __future__ import annotations

from digest.clean.boilerplate.lines import Line
from digest.clean.boilerplate.rules import keyword_rule

SUPPORT_NOTE = keyword_rule(
    "supported funded sponsored possible contribution contributing donation donating donate membership member"
    " supporter expressed",
    r"\b(?:coverage|reporting|journalism|episode|newsletter|podcast"
    r"|(?:this|our) (?:article|story|series|project|column))\b"
    r"[^.]{0,40} (?:is|was|are|were) (?:made possible|supported|funded|sponsored|brought to you)\b",
    r"\b(?:please|consider|you can|help us by)\b[^.!?]{0,40}\b"
    r"(?:mak(?:e|ing) an? (?:\w+ )?(?:contribution|donation)|donat(?:e|ing)|contributing"
    r"|becom(?:e|ing) an? (?:\w+ )?(?:member|supporter))\b",
    r"\b(?:views|opinions) expressed (?:in|here|by)\b",
)
#: Words of such a note, at most.
_MAX_NOTE_WORDS = 200


def may_be_support_note(line: Line) -> bool:
    """Whether the line is short enough for a note and has one of its keywords."""
    return line.word_count <= _MAX_NOTE_WORDS and SUPPORT_NOTE.may_match(line)
