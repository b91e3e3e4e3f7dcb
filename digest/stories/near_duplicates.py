"""Near-duplicates (reprints): texts that are mostly, word for word, another text, found by shingles.

An agency story that was trimmed or given a new top is a near-duplicate of the original.
"""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from digest.stories.vectors import Ints

#: Hashes of a text's shingles, ascending, each once. An array: a set of them takes ten times the memory.
_Shingles = NDArray[np.uint32]

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


def find_near_duplicates(
    texts: Sequence[Ints], words: Sequence[str], is_original: Callable[[int, int], bool] = lambda _text, _original: True
) -> tuple[int, ...]:
    """For each text the index of its original: its own, or that of an earlier text it mostly repeats.

    Texts are arrays of the numbers of their ``words``.

    The caller orders the texts by preference; an original is never a near-duplicate itself. Texts that fill one form
    with other names and numbers are no near-duplicates.
    """
    originals: list[int] = []
    lower = [word.lower().encode() for word in words]
    shingles = [_shingles([lower[number] for number in text.tolist()]) for text in texts]
    repeated = _repeated([_sample(of_text) for of_text in shingles])
    index: dict[int, list[int]] = defaultdict(list)
    for at, text in enumerate(texts):
        sample = _sample(shingles[at])
        looked_up = repeated.intersection(sample.tolist())
        candidates = _candidates(looked_up, index, size=len(sample))
        original = next(
            (
                candidate
                for candidate in candidates
                if _is_contained(shingles[at], shingles[candidate])
                and _has_same_names(*(_forms(numbers, words) for numbers in (text, texts[candidate])))
                and is_original(at, candidate)
            ),
            None,
        )
        originals.append(at if original is None else original)
        if original is None:
            for shingle in looked_up:
                if len(index[shingle]) < _MAX_POSTINGS:
                    index[shingle].append(at)
    return tuple(originals)


def _repeated(samples: Sequence[_Shingles]) -> frozenset[int]:
    """The sampled shingles of more than one text: the others, most of all, lead to no text."""
    ordered = np.sort(np.concatenate(samples)) if samples else np.empty(0, np.uint32)
    return frozenset(ordered[1:][ordered[1:] == ordered[:-1]].tolist())


def _candidates(looked_up: Collection[int], index: dict[int, list[int]], *, size: int) -> list[int]:
    """The originals that have most of the ``size`` sampled shingles, those with more first."""
    shared = Counter(at for shingle in looked_up for at in index.get(shingle, ()))
    ordered = sorted(shared.items(), key=lambda item: (-item[1], item[0]))
    return [at for at, count in ordered if 2 * count > size]


def _is_contained(first: _Shingles, second: _Shingles) -> bool:
    """Whether most shingles of the shorter text are in the longer one."""
    short, long = sorted((len(first), len(second)))
    both = np.sort(np.concatenate((first, second)), kind="stable")
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    if short < _SHORT_TEXT:
        return shared >= _SHORT_TEXT_SIMILARITY * long
    return shared >= _CONTAINMENT * short and long <= _ROUND_UP * short


def _forms(text: Ints, words: Sequence[str]) -> frozenset[str]:
    """The distinct words of a text."""
    return frozenset(words[number] for number in text.tolist())


def _has_same_names(first: Collection[str], second: Collection[str]) -> bool:
    """Whether most names and numbers of the text with fewer of them are in the other one."""
    shorter_names, longer_names = sorted((_names(first), _names(second)), key=len)
    return len(shorter_names & longer_names) >= _CONTAINMENT * len(shorter_names)


def _names(forms: Collection[str]) -> frozenset[str]:
    """Numbers, and words that only occur capitalized."""
    names = (word for word in forms if word[0].isdigit() or (word[0].isupper() and word.lower() not in forms))
    return frozenset(map(str.lower, names))


def _shingles(words: Sequence[bytes]) -> _Shingles:
    """Hashes of all runs of words."""
    text = b" ".join(words)
    ends = [*accumulate([len(word) + 1 for word in words], initial=-1)]  # each is followed by a space
    runs = zip(ends, ends[_SHINGLE_WORDS:] or ends[-1:], strict=False)
    hashes = {zlib.crc32(text[before + 1 : end]) for before, end in runs if end > 0}
    return np.sort(np.fromiter(hashes, np.uint32, len(hashes)))


def _sample(shingles: _Shingles) -> _Shingles:
    """One in ``_SAMPLE_RATE`` shingles, but all of a short text's."""
    sample = shingles[shingles % _SAMPLE_RATE == 0]
    return sample if len(sample) >= 4 * _SAMPLE_RATE else shingles
