"""Rules on a line's form: a pattern, and what a line must have before it is tried; most lines haven't."""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.text.lines import Line
from digest.text.pattern import pattern, vocabulary


@dataclass(frozen=True, slots=True)
class Rule:
    """What lines say that have one of the words."""

    words: frozenset[str]
    pattern: re.Pattern[str]

    def concerns(self, line: Line) -> bool:
        """May the line say it?"""
        return not self.words.isdisjoint(line.words)


@dataclass(frozen=True, slots=True)
class Opening:
    """How lines begin whose first word begins with these letters."""

    letters: frozenset[str]
    pattern: re.Pattern[str]

    def fits(self, line: Line) -> bool:
        """Does the line begin so?"""
        begins = line.opening
        return (begins in self.letters or begins[:2] in self.letters) and self.pattern.match(line.text) is not None


def rule(words: str, *sources: str) -> Rule:
    """For what any of the sources describes, in capitals or not, with one of the words."""
    return Rule(vocabulary(words), any_of(*sources))


def opening(words: str, *sources: str) -> Opening:
    """For what any of the sources describes, in capitals or not; it begins with one of the words."""
    return Opening(frozenset(word[:3] for word in vocabulary(words)), any_of(*sources, start=r"\W*"))


def any_of(*sources: str, start: str = "") -> re.Pattern[str]:
    """A pattern for any of the sources, in capitals or not."""
    return pattern(f"{start}(?:{'|'.join(sources)})", re.IGNORECASE)
