"""Document expansion: the vector of a text is completed by those of its nearest neighbours."""

from __future__ import annotations

import numpy as np

from digest.stories.array_operations import concatenated_ranges, largest, last_occurrences
from digest.stories.vectors import Floats, Ints, Neighbours, Vectors, unit_vectors

#: A neighbour's weight in an expanded vector is so many times its squared similarity, at most 1.
_EXPANSION_WEIGHT = 5.0


def expand_by_neighbours(vectors: Vectors, neighbours: Neighbours, max_terms: int) -> Vectors:
    """Each row plus its weighted neighbours, cut to the ``max_terms`` heaviest terms.

    A short text says little; the words of similar texts on the same event complete it. A row without neighbours stays
    as it is.
    """
    sum_up = _WeightedSums(vectors)
    rows, weights = [], []
    for row in range(len(vectors)):
        shares = np.minimum(1.0, _EXPANSION_WEIGHT * neighbours.similarities[row] ** 2)
        terms, sums = sum_up(np.concatenate(([row], neighbours.rows[row])), np.concatenate(([1.0], shares)))
        heaviest = largest(sums, max_terms)
        rows.append(terms[heaviest])
        weights.append(sums[heaviest])
    return unit_vectors(rows, weights, vectors.is_name)


class _WeightedSums:
    """Sums of some rows of the vectors, each times its share."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        # Scratch arrays, kept for speed. All of _sums is 0 between calls.
        self._sums = np.zeros(vectors.width)
        self._last = np.empty(vectors.width, np.int64)

    def __call__(self, rows: Ints, shares: Floats) -> tuple[Ints, Floats]:
        low, high = self._vectors.starts.take(rows), self._vectors.starts.take(rows + 1)
        cells = concatenated_ranges(low, high)
        terms = self._vectors.terms.take(cells)
        np.add.at(self._sums, terms, self._vectors.weights.take(cells) * np.repeat(shares, high - low))
        unique_terms = np.sort(terms[last_occurrences(terms, self._last)])
        sums = self._sums.take(unique_terms)
        self._sums[unique_terms] = 0
        return unique_terms, sums
