"""Texts as sparse unit vectors of weighted terms, and which of them lie near each other.

Rows are texts, in the caller's order; nothing here compares all pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.stories.unique import distinct_and_places

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: A term's postings looked at from one row: the nearest in row order. What keeps a frequent term's cost linear.
_POSTINGS = 64
#: Heaviest terms of a row that look for its neighbours.
_PROBES = 48
#: Texts that no row stands for, so that terms shared by all of a few texts still count.
_BACKGROUND = 20
#: Damps rarity: below 1, a word that two texts share by chance counts for less.
_RARITY = 0.75
#: A neighbour's share is so many times its squared nearness, at most 1: near ones speak, strangers whisper.
_SHARE = 5.0

#: What other names cost where the wording is the same: between 1 and 3 groups ECB+ as well, without it thin days worse.
_OTHER_NAMES = 2.0
#: Less is no part of a text.
_NONE = 1e-9

#: How much a row's nearness to other rows counts, for reasons that lie outside their words.
Fade = Callable[[int, Ints], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Rows of ascending ``terms`` with ``weights``; row ``i`` is ``starts[i]:starts[i + 1]``, of length 1 or empty."""

    starts: Ints
    terms: Ints
    weights: Floats
    #: Of each term, whether it is a name or a number.
    named: Bools

    @property
    def width(self) -> int:
        """How many terms there are."""
        return len(self.named)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def named_part(self) -> Floats:
        """How much of each row's squared length is names and numbers."""
        return _sums(self.weights**2 * self.named[self.terms], np.diff(self.starts))

    def row(self, index: int) -> tuple[Ints, Floats]:
        part = slice(self.starts[index], self.starts[index + 1])
        return self.terms[part], self.weights[part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """For each row the rows nearest to it, the nearest first, and their cosines."""

    rows: tuple[Ints, ...]
    cosines: tuple[Floats, ...]


def tf_idf(counts: Sequence[Mapping[str, float]], emphasis: Mapping[str, float]) -> Vectors:
    """Vectors of texts whose terms were counted: damped counts, rare terms and those with emphasis weigh more."""
    names = sorted({term for count in counts for term in count})
    number = {name: at for at, name in enumerate(names)}
    rows = [np.array(sorted(number[term] for term in count), dtype=np.int64) for count in counts]
    found = [np.array([count[names[term]] for term in row]) for count, row in zip(counts, rows, strict=True)]
    terms = np.concatenate(rows) if rows else np.empty(0, np.int64)
    spread = np.bincount(terms, minlength=len(names))
    rarity = np.log((len(counts) + _BACKGROUND) / np.maximum(spread, 1)) ** _RARITY
    named = np.array([name in emphasis for name in names], dtype=bool)
    scale = rarity * np.array([emphasis.get(name, 1.0) for name in names])
    return _vectors(rows, [(1 + np.log(n)) * scale[row] for row, n in zip(rows, found, strict=True)], named)


def _vectors(rows: Sequence[Ints], weights: Sequence[Floats], named: Bools) -> Vectors:
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    if not len(rows):
        return Vectors(starts=starts, terms=np.empty(0, np.int64), weights=np.empty(0), named=named)
    lengths = [np.sqrt(weight @ weight) or 1.0 for weight in weights]
    units = [weight / length for weight, length in zip(weights, lengths, strict=True)]
    return Vectors(starts=starts, terms=np.concatenate(rows), weights=np.concatenate(units), named=named)


def agreed(shared: Floats | float, names: Floats | float, *, named: tuple[Floats | float, Floats | float]) -> Floats:
    """The cosine ``shared``, less where two texts say alike words of other names: two trials, two earthquakes.

    ``names`` is what names give of it; ``named`` is the share that names have in each of the two's squared length.
    It counts how alike the other words are, how much less the names are, and how much of the texts is names.
    """
    of_names = np.sqrt(np.multiply(*named))
    rest = [np.maximum(0, 1 - np.asarray(share)) for share in named]  # rounding may leave less than nothing
    of_rest = np.sqrt(np.multiply(*rest))
    wording = (shared - names) / np.maximum(of_rest, _NONE)
    apart = np.maximum(0, wording - names / np.maximum(of_names, _NONE))
    return np.asarray(shared * np.maximum(0, 1 - _OTHER_NAMES * of_names * wording * apart))


def neighbours(vectors: Vectors, count: int, fade: Fade) -> Neighbours:
    """The ``count`` rows nearest to each row by agreed and faded cosine; ties go to the earlier row."""
    index = _Index(vectors, fade)
    found = [index.nearest(row, count) for row in range(len(vectors))]
    return Neighbours(rows=tuple(rows for rows, _ in found), cosines=tuple(cosines for _, cosines in found))


class _Index:
    """Postings of each term, in row order."""

    def __init__(self, vectors: Vectors, fade: Fade) -> None:
        self._vectors = vectors
        self._fade = fade
        owner = np.repeat(np.arange(len(vectors)), np.diff(vectors.starts))
        order = np.argsort(vectors.terms, kind="stable")
        self._rows = owner[order]
        self._weights = vectors.weights[order]
        sizes = np.bincount(vectors.terms, minlength=vectors.width)
        self._starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        #: Where each of the vectors' terms stands among the postings.
        self._place = np.empty(len(order), np.int64)
        self._place[order] = np.arange(len(order))
        self._sums = np.zeros(len(vectors))
        self._last = np.zeros(len(vectors), np.int64)
        self._dense = np.zeros(vectors.width)
        self._named = vectors.named_part()

    def nearest(self, row: int, count: int) -> tuple[Ints, Floats]:
        candidates = self._candidates(row, 4 * count)
        cosines = np.round(self._cosines(row, candidates) * self._fade(row, candidates), 9)
        best = np.lexsort((candidates, -cosines))[:count]
        return candidates[best], cosines[best]

    def _candidates(self, row: int, count: int) -> Ints:
        """The rows that share most with ``row``'s heaviest terms."""
        terms, weights = self._vectors.row(row)
        probes = np.argsort(-weights, kind="stable")[:_PROBES]
        terms, weights = terms[probes], weights[probes]
        here = self._place[self._vectors.starts[row] + probes]
        low = np.maximum(self._starts[terms], here - _POSTINGS // 2)
        high = np.minimum(self._starts[terms + 1], here + _POSTINGS // 2)
        at = _ranges(low, high)
        rows = self._rows[at]
        np.add.at(self._sums, rows, self._weights[at] * np.repeat(weights, high - low))
        self._last[rows] = np.arange(len(rows))
        seen = rows[(self._last[rows] == np.arange(len(rows))) & (rows != row)]  # each once, without sorting
        shared = self._sums[seen]
        self._sums[rows] = 0
        best: Ints = seen[np.lexsort((seen, -shared))[:count]]
        return best

    def _cosines(self, row: int, others: Ints) -> Floats:
        terms, weights = self._vectors.row(row)
        self._dense[terms] = weights
        low, high = self._vectors.starts[others], self._vectors.starts[others + 1]
        at = _ranges(low, high)
        found = self._vectors.terms[at]
        products = self._dense[found] * self._vectors.weights[at]
        self._dense[terms] = 0
        shared = _sums(products, high - low)
        names = _sums(products * self._vectors.named[found], high - low)
        return agreed(shared, names, named=(self._named[row], self._named[others]))


def _sums(values: Floats, sizes: Ints) -> Floats:
    """The sum of each run of so many values."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.cumsum(sizes)
    return np.asarray(sums[ends] - sums[ends - sizes])


def _ranges(low: Ints, high: Ints) -> Ints:
    """All the numbers of all the ranges ``low[i]:high[i]``, one after the other."""
    sizes = high - low
    return np.repeat(high - np.cumsum(sizes), sizes) + np.arange(sizes.sum())


def drawn_together(vectors: Vectors, near: Neighbours, keep: int) -> Vectors:
    """Each row plus its neighbours, the near ones most: texts on one thing come to share their words.

    A short text says little by itself; what its neighbours say of the same thing fills it out. A row that has no
    neighbour stays as it is. The ``keep`` heaviest terms stay.
    """
    rows, weights = [], []
    for row in range(len(vectors)):
        terms, sums = _added(vectors, row, near)
        if len(terms) > keep:
            heaviest = np.sort(np.argsort(-sums, kind="stable")[:keep])
            terms, sums = terms[heaviest], sums[heaviest]
        rows.append(terms)
        weights.append(sums)
    return _vectors(rows, weights, vectors.named)


def _added(vectors: Vectors, row: int, near: Neighbours) -> tuple[Ints, Floats]:
    members = np.concatenate(([row], near.rows[row])).astype(np.int64)
    shares = np.concatenate(([1.0], np.minimum(1.0, _SHARE * near.cosines[row] ** 2)))
    low, high = vectors.starts[members], vectors.starts[members + 1]
    at = _ranges(low, high)
    terms, slot = distinct_and_places(vectors.terms[at])
    weights = np.asarray(np.bincount(slot, weights=vectors.weights[at] * np.repeat(shares, high - low)), dtype=float)
    return terms, weights
