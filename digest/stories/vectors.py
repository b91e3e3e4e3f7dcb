"""TF-IDF vectors of texts, sparse and of unit length; document expansion by neighbours.

Rows are texts, in the caller's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digest.stories.unique_values import unique_inverse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Added to the number of texts, so that terms in all of a few texts keep some weight.
_BACKGROUND_TEXTS = 20
#: Exponent of the inverse document frequency. Below 1, a word that two texts share by chance counts less.
_IDF_EXPONENT = 0.75
#: A neighbour's weight in an expanded vector is so many times its squared similarity, at most 1.
_EXPANSION_WEIGHT = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Rows of ascending ``terms`` with ``weights``; row ``i`` is ``starts[i]:starts[i + 1]``, of length 1 or empty."""

    starts: Ints
    terms: Ints
    weights: Floats
    #: Per term, whether it is a name or a number.
    is_name: Bools

    @property
    def width(self) -> int:
        """Number of terms."""
        return len(self.is_name)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def name_shares(self) -> Floats:
        """The share of names and numbers in each row's squared length."""
        return segment_sums(self.weights**2 * self.is_name[self.terms], np.diff(self.starts))

    def row(self, index: int) -> tuple[Ints, Floats]:
        part = slice(self.starts[index], self.starts[index + 1])
        return self.terms[part], self.weights[part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest rows of each row, the nearest first, with their similarities."""

    rows: tuple[Ints, ...]
    similarities: tuple[Floats, ...]


def tf_idf(counts: Sequence[Mapping[str, float]], name_weights: Mapping[str, float]) -> Vectors:
    """Vectors of texts from their term counts: ``1 + log`` of the count, times the IDF, times the weight of a name."""
    vocabulary = sorted({term for count in counts for term in count})
    number = {term: index for index, term in enumerate(vocabulary)}
    rows = [np.array(sorted(number[term] for term in count), dtype=np.int64) for count in counts]
    row_counts = [np.array([count[vocabulary[term]] for term in row]) for count, row in zip(counts, rows, strict=True)]
    terms = np.concatenate(rows) if rows else np.empty(0, np.int64)
    document_frequency = np.bincount(terms, minlength=len(vocabulary))
    idf = np.log((len(counts) + _BACKGROUND_TEXTS) / np.maximum(document_frequency, 1)) ** _IDF_EXPONENT
    is_name = np.array([term in name_weights for term in vocabulary], dtype=bool)
    scale = idf * np.array([name_weights.get(term, 1.0) for term in vocabulary])
    weights = [(1 + np.log(count)) * scale[row] for row, count in zip(rows, row_counts, strict=True)]
    return _unit_vectors(rows, weights, is_name)


def _unit_vectors(rows: Sequence[Ints], weights: Sequence[Floats], is_name: Bools) -> Vectors:
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    if not len(rows):
        return Vectors(starts=starts, terms=np.empty(0, np.int64), weights=np.empty(0), is_name=is_name)
    lengths = [np.sqrt(weight @ weight) or 1.0 for weight in weights]
    units = [weight / length for weight, length in zip(weights, lengths, strict=True)]
    return Vectors(starts=starts, terms=np.concatenate(rows), weights=np.concatenate(units), is_name=is_name)


def expand_by_neighbours(vectors: Vectors, neighbours: Neighbours, max_terms: int) -> Vectors:
    """Document expansion: each row plus its weighted neighbours, cut to the ``max_terms`` heaviest terms.

    A short text says little; the words of similar texts on the same event complete it. A row without neighbours stays
    as it is.
    """
    rows, weights = [], []
    for row in range(len(vectors)):
        terms, sums = _sum_with_neighbours(vectors, row, neighbours)
        if len(terms) > max_terms:
            heaviest = np.sort(np.argsort(-sums, kind="stable")[:max_terms])
            terms, sums = terms[heaviest], sums[heaviest]
        rows.append(terms)
        weights.append(sums)
    return _unit_vectors(rows, weights, vectors.is_name)


def _sum_with_neighbours(vectors: Vectors, row: int, neighbours: Neighbours) -> tuple[Ints, Floats]:
    members = np.concatenate(([row], neighbours.rows[row])).astype(np.int64)
    shares = np.concatenate(([1.0], np.minimum(1.0, _EXPANSION_WEIGHT * neighbours.similarities[row] ** 2)))
    low, high = vectors.starts[members], vectors.starts[members + 1]
    cells = concatenated_ranges(low, high)
    terms, slots = unique_inverse(vectors.terms[cells])
    weighted = vectors.weights[cells] * np.repeat(shares, high - low)
    return terms, np.asarray(np.bincount(slots, weights=weighted), dtype=float)


def segment_sums(values: Floats, sizes: Ints) -> Floats:
    """The sums of consecutive segments of ``values`` of the given sizes."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    ends = np.cumsum(sizes)
    return np.asarray(sums[ends] - sums[ends - sizes])


def concatenated_ranges(low: Ints, high: Ints) -> Ints:
    """The numbers of the ranges ``low[i]:high[i]``, one range after the other."""
    sizes = high - low
    return np.repeat(high - np.cumsum(sizes), sizes) + np.arange(sizes.sum())
