"""Boilerplate lines learned from a source's articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A line is boilerplate once it is in this many of a source's articles, and in this share of them.
_MIN_ARTICLES = 3
_MIN_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedBoilerplate:
    """The number of a source's latest articles, and in how many of them each line was."""

    articles: int = 0
    #: Number of articles by the hash of the line.
    lines: Mapping[str, int] = field(default_factory=dict)

    def common_lines(self) -> frozenset[str]:
        """Hashes of the lines that are the source's boilerplate."""
        least = min_article_count(self.articles)
        return frozenset(key for key, count in self.lines.items() if count >= least)


def min_article_count(articles: int) -> float:
    """In how many of ``articles`` articles a line must be to count as boilerplate."""
    return max(_MIN_ARTICLES, _MIN_SHARE * articles)
