"""Boilerplate lines learned from a source's articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A line is furniture once it stands in this many articles of a source, and in this share of them.
_ARTICLES = 3
_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedBoilerplate:
    """Which lines stood in how many of a source's last articles."""

    articles: int = 0
    #: By the line's hash.
    lines: Mapping[str, int] = field(default_factory=dict)

    def common_lines(self) -> frozenset[str]:
        """The lines that are the source's furniture, by their hashes."""
        least = min_article_count(self.articles)
        return frozenset(key for key, count in self.lines.items() if count >= least)


def min_article_count(articles: int) -> float:
    """In how many of so many articles a line must stand to be boilerplate."""
    return max(_ARTICLES, _SHARE * articles)
