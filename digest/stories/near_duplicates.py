"""Near-copies: texts that are, word for word, mostly another text (wire stories, trimmed or with a new top)."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence

#: Words in a shingle: long enough that two reports of one event share few by chance.
_LENGTH = 5
#: One shingle in so many is looked up (chosen by its hash, so the same ones in every text).
_SAMPLE = 4
#: The share of the shorter text that must stand in the longer one; of very short texts, the share that both must have.
_CONTAINED, _EQUAL = 0.7, 0.9
#: Shingles below which a text is very short: a title, a line.
_SHORT = 20
#: A text so many times as long as what it contains is a round-up, not its original.
_ROUND_UP = 3
#: Texts looked up for one shingle: what stands in more is furniture.
_POSTINGS = 100


def copies(texts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """For each text the place of its original: itself, or an earlier text that it is mostly a copy of.

    Texts that fill one form with other names and numbers are no copies. The caller puts the texts in order of
    preference; an original is never a copy itself.
    """
    found: list[int] = []
    shingles: list[frozenset[int]] = []
    index: dict[int, list[int]] = defaultdict(list)
    for at, words in enumerate(texts):
        mine = _shingles(words)
        shingles.append(mine)
        sampled = _sample(mine)
        likely = _likely(sampled, index)
        original = next((o for o in likely if _is_copy(mine, shingles[o]) and _names_alike(words, texts[o])), None)
        found.append(at if original is None else original)
        if original is None:
            for shingle in sampled:
                if len(index[shingle]) < _POSTINGS:
                    index[shingle].append(at)
    return tuple(found)


def _likely(sampled: Sequence[int], index: dict[int, list[int]]) -> list[int]:
    """The originals that share most of the sample, those that share more first."""
    shared = Counter(at for shingle in sampled for at in index.get(shingle, ()))
    ordered = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return [at for at, count in ordered if 2 * count > len(sampled)]


def _is_copy(mine: frozenset[int], other: frozenset[int]) -> bool:
    short, long = sorted((len(mine), len(other)))
    shared = len(mine & other)
    if short < _SHORT:
        return shared >= _EQUAL * long
    return shared >= _CONTAINED * short and long <= _ROUND_UP * short


def _names_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Do most of the names and numbers of the one that has fewer stand in the other?"""
    few, many = sorted((_names(one), _names(other)), key=len)
    return len(few & many) >= _CONTAINED * len(few)


def _names(words: Sequence[str]) -> frozenset[str]:
    """Numbers, and words that are written with a capital letter only."""
    written = frozenset(words)
    named = (word for word in written if word[0].isdigit() or (word[0].isupper() and word.lower() not in written))
    return frozenset(map(str.lower, named))


def _shingles(words: Sequence[str]) -> frozenset[int]:
    lower = [word.lower() for word in words]
    runs = (" ".join(lower[at : at + _LENGTH]) for at in range(max(1, len(lower) - _LENGTH + 1)))
    return frozenset(zlib.crc32(run.encode()) for run in runs) if lower else frozenset()


def _sample(shingles: frozenset[int]) -> list[int]:
    """Few of many, but all of a short text's."""
    chosen = sorted(shingle for shingle in shingles if shingle % _SAMPLE == 0)
    return chosen if len(chosen) >= 4 * _SAMPLE else sorted(shingles)
