"""Near-duplicates (reprints): texts that are mostly, word for word, another text, found by shingles.

An agency story that was trimmed or given a new top is a near-duplicate of the original.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Sequence

#: Words in a shingle: long enough that two reports of one event share few by chance.
_SHINGLE_WORDS = 5
#: One shingle in so many is looked up, chosen by its hash, so that every text chooses the same ones.
_SAMPLE_RATE = 4
#: Share of the shorter text's shingles that must be in the longer one; for very short texts, share of the longer's.
_CONTAINMENT, _SHORT_TEXT_SIMILARITY = 0.7, 0.9
#: A text with fewer shingles is very short (a title, a line).
_SHORT_TEXT = 20
#: A text so many times longer than what it contains is a round-up, not its original.
_ROUND_UP = 3
#: Most texts looked up for one shingle: a shingle in more texts is boilerplate.
_MAX_POSTINGS = 100


def find_near_duplicates(texts: Sequence[Sequence[str]]) -> tuple[int, ...]:
    """For each text (its words) the index of its original: its own, or that of an earlier text it mostly repeats.

    The caller orders the texts by preference; an original is never a near-duplicate itself. Texts that fill one form
    with other names and numbers are no near-duplicates.
    """
    originals: list[int] = []
    shingles: list[frozenset[int]] = []
    index: dict[int, list[int]] = defaultdict(list)
    for at, words in enumerate(texts):
        shingles.append(_shingles(words))
        sample = _sample(shingles[at])
        candidates = _candidates(sample, index)
        original = next(
            (c for c in candidates if _is_contained(shingles[at], shingles[c]) and _has_same_names(words, texts[c])),
            None,
        )
        originals.append(at if original is None else original)
        if original is None:
            for shingle in sample:
                if len(index[shingle]) < _MAX_POSTINGS:
                    index[shingle].append(at)
    return tuple(originals)


def _candidates(sample: Sequence[int], index: dict[int, list[int]]) -> list[int]:
    """The originals that have most of the sampled shingles, those with more first."""
    shared = Counter(at for shingle in sample for at in index.get(shingle, ()))
    ordered = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return [at for at, count in ordered if 2 * count > len(sample)]


def _is_contained(first: frozenset[int], second: frozenset[int]) -> bool:
    """Whether most shingles of the shorter text are in the longer one."""
    short, long = sorted((len(first), len(second)))
    shared = len(first & second)
    if short < _SHORT_TEXT:
        return shared >= _SHORT_TEXT_SIMILARITY * long
    return shared >= _CONTAINMENT * short and long <= _ROUND_UP * short


def _has_same_names(first: Sequence[str], second: Sequence[str]) -> bool:
    """Whether most names and numbers of the text with fewer of them are in the other one."""
    shorter_names, longer_names = sorted((_names(first), _names(second)), key=len)
    return len(shorter_names & longer_names) >= _CONTAINMENT * len(shorter_names)


def _names(words: Sequence[str]) -> frozenset[str]:
    """Numbers, and words that only occur capitalized."""
    forms = frozenset(words)
    names = (word for word in forms if word[0].isdigit() or (word[0].isupper() and word.lower() not in forms))
    return frozenset(map(str.lower, names))


def _shingles(words: Sequence[str]) -> frozenset[int]:
    """Hashes of all runs of words."""
    lower = [word.lower() for word in words]
    runs = (" ".join(lower[at : at + _SHINGLE_WORDS]) for at in range(max(1, len(lower) - _SHINGLE_WORDS + 1)))
    return frozenset(zlib.crc32(run.encode()) for run in runs) if lower else frozenset()


def _sample(shingles: frozenset[int]) -> list[int]:
    """One in ``_SAMPLE_RATE`` shingles, but all of a short text's."""
    sample = sorted(shingle for shingle in shingles if shingle % _SAMPLE_RATE == 0)
    return sample if len(sample) >= 4 * _SAMPLE_RATE else sorted(shingles)
