"""Learn a source's boilerplate: lines that are in most of its articles."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from itertools import chain

from digest.clean.boilerplate.lines import Line
from digest.model.boilerplate import LearnedBoilerplate, min_article_count

#: Characters of the longest line that is learned: wire reports repeat whole paragraphs.
_MAX_LENGTH = 400
#: From this many articles on, all counts are halved: a source may change its boilerplate, and the counts stay few.
_MAX_ARTICLES = 40
#: An article with a larger share of its characters in lines that other articles have is a version of them.
_VERSION_SHARE = 0.7


def find_learned(lines: Sequence[Line], common: frozenset[str]) -> frozenset[str]:
    """The article's normalized lines whose hashes are in ``common``; none if little else would be left."""
    if not common:
        return common
    boilerplate = frozenset(text for text in _normalized(lines) if _line_hash(text) in common)
    return frozenset() if _consists_of(lines, boilerplate) else boilerplate


def learn(
    documents: Iterable[tuple[str, Sequence[Line]]], before: Mapping[str, LearnedBoilerplate] | None = None
) -> Mapping[str, LearnedBoilerplate]:
    """Count the lines of each source's documents, by source id; copies of an article count once."""
    by_source: dict[str, dict[frozenset[str], Sequence[Line]]] = defaultdict(dict)
    for source_id, lines in documents:
        by_source[source_id].setdefault(_normalized(lines), lines)
    learned = before or {}
    return {
        source_id: _with_articles(learned.get(source_id, LearnedBoilerplate()), articles)
        for source_id, articles in by_source.items()
    }


def _with_articles(before: LearnedBoilerplate, articles: Mapping[frozenset[str], Sequence[Line]]) -> LearnedBoilerplate:
    counts = Counter(chain.from_iterable(articles))
    hashes = {line: _line_hash(line) for line in counts}
    total = before.articles + len(articles)
    least = min_article_count(total)
    common = frozenset(line for line, count in counts.items() if count + before.lines.get(hashes[line], 0) >= least)
    # Articles that are mostly the same are versions of one article, not boilerplate around many.
    if 2 * sum(_consists_of(lines, common) for lines in articles.values()) > len(articles):
        return before
    lines = Counter(before.lines)
    lines.update({hashes[line]: count for line, count in counts.items()})
    while total > _MAX_ARTICLES:
        total, lines = total // 2, Counter({key: count // 2 for key, count in lines.items() if count > 1})
    return LearnedBoilerplate(articles=total, lines=dict(lines))


def _normalized(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset([line.normalized for line in lines if line.normalized and len(line.text) <= _MAX_LENGTH])


def _consists_of(lines: Sequence[Line], common: AbstractSet[str]) -> bool:
    """Are most characters of the document in common lines?"""
    if not common:
        return False
    shared = sum([len(line.text) for line in lines if line.normalized in common])
    return shared > _VERSION_SHARE * sum([len(line.text) for line in lines])


@lru_cache(maxsize=4096)
def _line_hash(line: str) -> str:
    return hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
