"""Candidates for a surge, by titles alone: a cheap check before anything is grouped. Pure.

Reports of one event nearly always share words of their titles. What shares none with a new article is left out, so that
of thousands of articles a few hundred are read and grouped.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from digest.model.alerts import ArticleHead
from digest.text.words import content_stems, words

#: Stems that two related titles have in common; a title with fewer has all of them.
_SHARED = 2
#: A stem in more titles tells nothing: this share of them, and this number at least.
_MAX_SHARE, _MAX_TITLES = 0.05, 30


class TitleIndex:
    """Headings by the stems of their titles."""

    def __init__(self, headings: Iterable[ArticleHead]) -> None:
        self._headings = tuple(headings)
        self._postings: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, heading in enumerate(self._headings):
            for stem in _stems(heading):
                self._postings[heading.language, stem].append(at)
        self._limit = max(_MAX_TITLES, round(_MAX_SHARE * len(self._headings)))

    def related(self, heading: ArticleHead) -> Iterator[ArticleHead]:
        """The headings whose titles share telling words with this one's."""
        stems = _stems(heading)
        postings = (self._postings.get((heading.language, stem), ()) for stem in stems)
        counts: Counter[int] = Counter()
        for posting in postings:
            if len(posting) <= self._limit:
                counts.update(posting)
        needed = min(_SHARED, max(len(stems), 1))
        return (self._headings[at] for at, count in counts.items() if count >= needed)


def candidates(fresh: Iterable[ArticleHead], index: TitleIndex, *, outlets: int) -> Mapping[str, ArticleHead]:
    """The new articles, and all related to them, of those with so many outlets; by id. Empty if there is no surge."""
    chosen: dict[str, ArticleHead] = {}
    for heading in fresh:
        related = [heading, *index.related(heading)]
        if count_outlets(related) >= outlets:
            chosen |= {item.id: item for item in related}
    return chosen


def count_outlets(headings: Collection[ArticleHead]) -> int:
    """The most outlets that can be counted: each source and each domain once."""
    return min(len({item.outlet for item in headings}), len({(item.source_id, item.source) for item in headings}))


def related_to(chosen: Iterable[ArticleHead], others: Sequence[ArticleHead]) -> Iterator[ArticleHead]:
    """Those of the others that are related to any of the chosen: older reports, and what editions had."""
    index = TitleIndex(others)
    found = {item.id: item for heading in chosen for item in index.related(heading)}
    return iter(found.values())


def _stems(heading: ArticleHead) -> frozenset[str]:
    return frozenset(content_stems(words(heading.title, heading.language), heading.language))
