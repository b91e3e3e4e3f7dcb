"""Coverage: how many outlets report independently. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from digest.model.articles import Article


def count_outlets(articles: Iterable[Article]) -> int:
    """Number of outlets that report independently: at most one for each source, since any feed can link anywhere.

    A folder or a list of feeds holds several sources, told apart by their names.
    """
    outlets_by_source: dict[tuple[str, str], set[str]] = defaultdict(set)
    for article in articles:
        outlets_by_source[article.source_id, article.source].add(article.outlet)
    counted: set[str] = set()
    # Sources of one outlet first: an aggregator may then count for another outlet that it links to.
    for outlets in sorted(outlets_by_source.values(), key=lambda outlets: (len(outlets), sorted(outlets))):
        counted |= set(sorted(outlets - counted)[:1])
    return len(counted)
