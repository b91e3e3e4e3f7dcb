"""What stands in most of a source's articles is its furniture, whatever it says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from digest.text.blocks import Block
from digest.text.lines import bare

#: A line is furniture once it stands in this many articles of a source, and in this share of them.
_ARTICLES = 3
_SHARE = 0.5
#: Beyond this many letters no line is learnt: wire text repeats whole paragraphs.
_LONGEST = 400


def learn(documents: Iterable[tuple[str, Sequence[Block]]]) -> Mapping[str, frozenset[str]]:
    """For each source id, its furniture as ``lines.bare`` lines. Copies of one article count once."""
    by_source: dict[str, set[frozenset[str]]] = defaultdict(set)
    for source_id, blocks in documents:
        lines = frozenset(bare(block.text) for block in blocks if len(block.text) <= _LONGEST)
        by_source[source_id].add(lines - {""})
    return {source_id: _common(articles) for source_id, articles in by_source.items()}


def _common(articles: set[frozenset[str]]) -> frozenset[str]:
    counted = Counter(line for lines in articles for line in lines)
    least = max(_ARTICLES, _SHARE * len(articles))
    common = frozenset(line for line, count in counted.items() if count >= least)
    # Articles that are mostly the same are versions of one article, not a source's furniture around many.
    alike = sum(1 for lines in articles if len(lines & common) > 0.5 * len(lines))
    return frozenset() if alike > 0.5 * len(articles) else common
