"""Nearest neighbours of texts by an inverted index; never compares all pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digest.stories.array_operations import concatenated_ranges, largest, last_occurrences, segment_sums
from digest.stories.similarity import adjusted_cosine
from digest.stories.vectors import Floats, Ints, Neighbours, Vectors

#: Postings of a term that one row looks at: the nearest in row order. Keeps the cost of frequent terms linear.
_POSTINGS = 64
#: A row's heaviest terms, which look up its candidates.
_PROBES = 48
#: Candidates compared for each neighbour wanted.
_CANDIDATES = 4

#: Factors for the similarity of one row with other rows, for reasons outside their words.
Decay = Callable[[int, Ints], Floats]


def nearest_neighbours(vectors: Vectors, counts: Ints | int, decay: Decay) -> Neighbours:
    """The rows nearest to each row by adjusted cosine times ``decay``; ties go to the earlier row.

    ``counts`` is the number of neighbours of each row, or of all rows.
    """
    index = _InvertedIndex(vectors, decay)
    row_counts = np.broadcast_to(counts, len(vectors)).tolist()
    nearest = [index.nearest(row, count) for row, count in enumerate(row_counts)]
    return Neighbours(
        rows=tuple(rows for rows, _ in nearest), similarities=tuple(similarities for _, similarities in nearest)
    )


class _InvertedIndex:
    """Postings (row and weight) of each term, in row order."""

    def __init__(self, vectors: Vectors, decay: Decay) -> None:
        self._vectors = vectors
        self._decay = decay
        sizes = np.zeros(vectors.width, np.int64)
        for row in range(len(vectors)):
            sizes[vectors.row(row)[0]] += 1
        self._starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
        #: For each posting, its row and the cell of the vectors that it comes from; for each cell, its posting.
        self._rows, self._cells, self._place = (np.empty(len(vectors.terms), np.int32) for _ in range(3))
        next_places = self._starts[:-1].copy()
        for row in range(len(vectors)):  # row by row: sorting all cells would take several times the memory
            terms = vectors.row(row)[0]
            places = next_places[terms]
            next_places[terms] += 1
            cells = slice(vectors.starts[row], vectors.starts[row + 1])
            self._place[cells] = places
            self._rows[places] = row
            self._cells[places] = np.arange(cells.start, cells.stop)
        self._name_shares = vectors.name_shares()
        #: Per term, 1 if it is a name or number, otherwise 0.
        self._name_factors = vectors.is_name.astype(float)
        # Scratch arrays, kept for speed. All of _sums and _dense is 0 between calls.
        self._sums = np.zeros(len(vectors))
        self._last = np.zeros(len(vectors), np.int64)
        self._dense = np.zeros(vectors.width)

    def nearest(self, row: int, count: int) -> tuple[Ints, Floats]:
        candidates = self._candidates(row, _CANDIDATES * count)
        similarities = np.round(self._similarities(row, candidates) * self._decay(row, candidates), 9)
        best = np.lexsort((candidates, -similarities))[:count]
        return candidates[best], similarities[best]

    def _candidates(self, row: int, count: int) -> Ints:
        """The rows that share most of ``row``'s heaviest terms."""
        terms, weights = self._vectors.row(row)
        probes = np.argsort(-weights, kind="stable")[:_PROBES]
        terms, weights = terms[probes], weights[probes]
        places = self._place[self._vectors.starts[row] + probes]
        low = np.maximum(self._starts.take(terms), places - _POSTINGS // 2)
        high = np.minimum(self._starts.take(terms + 1), places + _POSTINGS // 2)
        postings = concatenated_ranges(low, high)
        rows = self._rows.take(postings)
        posting_weights = self._vectors.weights.take(self._cells.take(postings))
        np.add.at(self._sums, rows, posting_weights * np.repeat(weights, high - low))
        self._sums[row] = 0  # itself is no candidate
        candidates = rows[last_occurrences(rows, self._last)]
        shared = self._sums.take(candidates)
        self._sums[candidates] = 0
        best = largest(shared, count, order=candidates)
        return candidates[best[shared[best] > 0]]

    def _similarities(self, row: int, candidates: Ints) -> Floats:
        terms, weights = self._vectors.row(row)
        self._dense[terms] = weights
        low, high = self._vectors.starts.take(candidates), self._vectors.starts.take(candidates + 1)
        cells = concatenated_ranges(low, high)
        cell_terms = self._vectors.terms.take(cells)
        products = self._dense.take(cell_terms) * self._vectors.weights.take(cells)
        self._dense[terms] = 0
        cosines = segment_sums(products, high - low)
        name_cosines = segment_sums(products * self._name_factors.take(cell_terms), high - low)
        name_shares = (self._name_shares[row], self._name_shares[candidates])
        return adjusted_cosine(cosines, name_cosines, name_shares=name_shares)
