"""What stands in most of a source's articles is its furniture, whatever it says."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain

from digest.clean.boilerplate.lines import Line
from digest.model.boilerplate import LearnedBoilerplate, min_article_count

#: Beyond this many letters no line is learnt: wire text repeats whole paragraphs.
_LONGEST = 400
#: From so many articles on, all counts are halved: a source may change its furniture, and its memory stays small.
_KEPT = 40
#: An article with more than this share of its letters in lines that others have is a version of them.
_ALIKE = 0.7


def furniture(lines: Sequence[Line], common: frozenset[str]) -> frozenset[str]:
    """Those of an article's bare lines that are common; none if there would be little else."""
    if not common:
        return common
    found = frozenset(bare for bare in _bare(lines) if _key(bare) in common)
    return frozenset() if _is_alike(lines, found) else found


def learn(
    documents: Iterable[tuple[str, Sequence[Line]]], before: Mapping[str, LearnedBoilerplate] | None = None
) -> Mapping[str, LearnedBoilerplate]:
    """What each source's documents teach, by its id, beside what was learnt before; copies of an article count once."""
    by_source: dict[str, dict[frozenset[str], Sequence[Line]]] = defaultdict(dict)
    for source_id, lines in documents:
        by_source[source_id].setdefault(_bare(lines), lines)
    known = before or {}
    return {
        source_id: _taught(known.get(source_id, LearnedBoilerplate()), articles)
        for source_id, articles in by_source.items()
    }


def _taught(before: LearnedBoilerplate, articles: Mapping[frozenset[str], Sequence[Line]]) -> LearnedBoilerplate:
    counted = Counter(chain.from_iterable(articles))
    keys = {line: _key(line) for line in counted}
    total = before.articles + len(articles)
    least = min_article_count(total)
    common = frozenset(line for line, count in counted.items() if count + before.lines.get(keys[line], 0) >= least)
    # Articles that are mostly the same are versions of one article, not a source's furniture around many.
    if 2 * sum(_is_alike(lines, common) for lines in articles.values()) > len(articles):
        return before
    lines = Counter(before.lines)
    lines.update({keys[line]: count for line, count in counted.items()})
    while total > _KEPT:
        total, lines = total // 2, Counter({key: count // 2 for key, count in lines.items() if count > 1})
    return LearnedBoilerplate(articles=total, lines=dict(lines))


def _bare(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset([line.bare for line in lines if line.bare and len(line.text) <= _LONGEST])


def _is_alike(lines: Sequence[Line], common: AbstractSet[str]) -> bool:
    if not common:
        return False
    shared = sum([len(line.text) for line in lines if line.bare in common])
    return shared > _ALIKE * sum([len(line.text) for line in lines])


@lru_cache(maxsize=4096)
def _key(line: str) -> str:
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
