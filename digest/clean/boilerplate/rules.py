"""Boilerplate rules: regular expressions with a keyword pre-filter.

Most lines have no keyword of a rule, and its pattern is not tried on them. This takes a quarter of the time.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass

from digest.clean.boilerplate.lines import Line
from digest.text.lazy_regex import lazy_compile


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A pattern, and keywords: a line without any of them cannot match. ``Line.keywords`` lists their forms."""

    keywords: frozenset[str]
    pattern: re.Pattern[str]

    def may_match(self, line: Line) -> bool:
        """Does the line have one of the keywords?"""
        return not self.keywords.isdisjoint(line.keywords)

    def matches_start(self, line: Line) -> bool:
        """Does the pattern match at the start of the line?"""
        return not self.keywords.isdisjoint(line.keywords) and self.pattern.match(line.text) is not None

    def matches_anywhere(self, line: Line) -> bool:
        """Does the pattern match anywhere in the line?"""
        return not self.keywords.isdisjoint(line.keywords) and self.pattern.search(line.text) is not None


class RuleSet:
    """Rules indexed by keyword."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._by_keyword: dict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            for keyword in rule.keywords:
                self._by_keyword[keyword].append(rule)
        self.keywords = frozenset(self._by_keyword)

    def candidates(self, line: Line) -> Set[Rule]:
        """The rules that may match the line."""
        return {rule for keyword in line.keywords & self.keywords for rule in self._by_keyword[keyword]}


def keyword_rule(keywords: str, *alternatives: str) -> Rule:
    """A case-insensitive rule for any of the alternatives; each alternative contains one of the keywords."""
    return Rule(keyword_set(keywords), any_of(*alternatives))


def opening_rule(first_words: str, *alternatives: str) -> Rule:
    """A case-insensitive rule for lines that start with any of the alternatives, and so with one of the words."""
    return Rule(frozenset(f"^{word[:3]}" for word in keyword_set(first_words)), any_of(*alternatives, start=r"\W*"))


def any_of(*alternatives: str, start: str = "") -> re.Pattern[str]:
    """A case-insensitive pattern for any of the alternatives."""
    return lazy_compile(f"{start}(?:{'|'.join(alternatives)})", re.IGNORECASE)


def keyword_set(words: str) -> frozenset[str]:
    """Keywords from a text in which spaces separate them."""
    return frozenset(words.split())
