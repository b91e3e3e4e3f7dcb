"""Rules on a line's form: a pattern, and traits one of which a line must have before it is tried; most have none."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from digest.clean.boilerplate.lines import Line
from digest.text.lazy_regex import lazy_compile


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A pattern, and what a line has to have if it is to be found there."""

    traits: frozenset[str]
    pattern: re.Pattern[str]

    def concerns(self, line: Line) -> bool:
        """May the pattern be found in the line?"""
        return not self.traits.isdisjoint(line.traits)

    def opens(self, line: Line) -> bool:
        """Does the line begin as the pattern says?"""
        return not self.traits.isdisjoint(line.traits) and self.pattern.match(line.text) is not None

    def stands_in(self, line: Line) -> bool:
        """Is the pattern found anywhere in the line?"""
        return not self.traits.isdisjoint(line.traits) and self.pattern.search(line.text) is not None


class Rules:
    """Several rules: those that concern a line are found at once."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_trait: dict[str, list[Rule]] = defaultdict(list)
        for each in self.rules:
            for trait in each.traits:
                self._by_trait[trait].append(each)
        self.traits = frozenset(self._by_trait)

    def concerning(self, line: Line) -> Set[Rule]:
        """Those that may be found in the line."""
        return {each for trait in line.traits & self.traits for each in self._by_trait[trait]}


def rule(traits: str, *sources: str) -> Rule:
    """For what any of the sources describes, in capitals or not; each needs one of the traits."""
    return Rule(keyword_set(traits), any_of(*sources))


def opening(words: str, *sources: str) -> Rule:
    """For lines that begin as any of the sources says, in capitals or not, and so with one of the words."""
    return Rule(frozenset(f"^{word[:3]}" for word in keyword_set(words)), any_of(*sources, start=r"\W*"))


def any_of(*sources: str, start: str = "") -> re.Pattern[str]:
    """A pattern for any of the sources, in capitals or not."""
    return lazy_compile(f"{start}(?:{'|'.join(sources)})", re.IGNORECASE)


def keyword_set(words: str) -> frozenset[str]:
    """The keywords of a rule, from a text with spaces between them."""
    return frozenset(words.split())
