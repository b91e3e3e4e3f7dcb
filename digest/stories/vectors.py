"""TF-IDF vectors of texts, sparse and of unit length.

Rows are texts, in the caller's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: 32 bits where there is one for each term of each text: large collections have tens of millions.
Ints = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Added to the number of texts, so that terms in all of a few texts keep some weight.
_BACKGROUND_TEXTS = 20
#: Rows of which temporary arrays are made.
_ROWS_AT_ONCE = 2000
#: Exponents of the inverse document frequency, of articles and of bare headlines. Below 1, a word that two texts share
#: by chance counts less. The words of a headline are chosen: common ones tell the event nearly as well as rare ones.
_IDF_EXPONENT, _HEADLINE_IDF_EXPONENT = 0.75, 0.5
#: A text with so many terms has half the brevity of one without any (a title has six).
_HALF_BREVITY_TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Vectors:
    """Rows of ascending ``terms`` with ``weights``; row ``i`` is ``starts[i]:starts[i + 1]``, of length 1 or empty."""

    starts: Ints
    terms: Ints
    weights: Floats
    #: Per term, whether it is a name or a number.
    is_name: Bools

    @property
    def brevity(self) -> Floats:
        """Brevity of each row by its number of terms: 1 without terms, near 0 for an article."""
        return np.asarray(_HALF_BREVITY_TERMS / (np.diff(self.starts) + _HALF_BREVITY_TERMS))

    @property
    def width(self) -> int:
        """Number of terms."""
        return len(self.is_name)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def name_shares(self) -> Floats:
        """The share of names and numbers in each row's squared length."""
        shares = np.empty(len(self))
        total = 0.0
        for first in range(0, len(self), _ROWS_AT_ONCE):  # all at once would take more memory than the vectors
            starts = self.starts[first : first + _ROWS_AT_ONCE + 1]
            part = slice(starts[0], starts[-1])
            sums = np.cumsum(np.concatenate(([total], self.weights[part] ** 2 * self.is_name[self.terms[part]])))
            shares[first : first + _ROWS_AT_ONCE] = np.diff(sums[starts - starts[0]])
            total = sums[-1]
        return shares

    def row(self, index: int) -> tuple[Ints, Floats]:
        part = slice(self.starts[index], self.starts[index + 1])
        return self.terms[part], self.weights[part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The nearest rows of each row, the nearest first, with their similarities."""

    rows: tuple[Ints, ...]
    similarities: tuple[Floats, ...]


class SymmetricNeighbours:
    """The neighbours of each row, and the rows whose neighbour it is."""

    def __init__(self, neighbours: Neighbours) -> None:
        sizes = np.array([len(rows) for rows in neighbours.rows], dtype=np.int64)
        rows = np.repeat(np.arange(len(sizes)), sizes)
        nearest = np.concatenate(neighbours.rows).astype(np.int64) if len(sizes) else rows
        self._nearest = neighbours.rows
        self._rows = rows[np.argsort(nearest, kind="stable")].astype(np.int32)
        self._starts = np.concatenate(([0], np.cumsum(np.bincount(nearest, minlength=len(sizes)))))

    def of(self, row: int) -> Ints:
        """A row may occur twice."""
        rows = self._rows[self._starts[row] : self._starts[row + 1]]
        return np.concatenate((self._nearest[row], rows)).astype(np.int64)


def tf_idf(
    counts: Iterable[tuple[Ints, Floats]],
    vocabulary: Sequence[str],
    name_weights: Mapping[str, float],
    is_headline: Sequence[bool] = (),
) -> Vectors:
    """Vectors of texts from their term counts: ``1 + log`` of the count, times the IDF, times the weight of a name.

    ``counts`` are the terms of each text, each once, as numbers of ``vocabulary``, and how often each occurs.
    ``is_headline`` says which texts are bare headlines; by default, none is. The terms of the vectors are numbered
    alphabetically, so that those of equal weight have one order.
    """
    rows, weights = [], []
    for terms, occurrences in counts:
        rows.append(terms)
        weights.append(occurrences)
    document_frequency = np.bincount(np.concatenate(rows) if rows else (), minlength=len(vocabulary))
    used = sorted(np.flatnonzero(document_frequency).tolist(), key=vocabulary.__getitem__)
    idf = np.log((len(rows) + _BACKGROUND_TEXTS) / document_frequency[used])
    number = np.empty(len(vocabulary), np.int32)
    number[used] = np.arange(len(used))
    is_name = np.array([vocabulary[term] in name_weights for term in used], dtype=bool)
    name_weight = np.array([name_weights.get(vocabulary[term], 1.0) for term in used])
    rarity = {False: idf**_IDF_EXPONENT, True: idf**_HEADLINE_IDF_EXPONENT}
    for at, row in enumerate(rows):
        terms = number[row]
        order = np.argsort(terms)
        rows[at] = terms = terms[order]
        of_kind = rarity[bool(is_headline) and is_headline[at]]
        weights[at] = (1 + np.log(weights[at][order])) * of_kind[terms] * name_weight[terms]
    return unit_vectors(rows, weights, is_name)


def unit_vectors(rows: list[Ints], weights: list[Floats], is_name: Bools) -> Vectors:
    """Vectors of these rows, which are used up: two copies of all would take too much memory."""
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    if not len(rows):
        return Vectors(starts=starts, terms=np.empty(0, np.int32), weights=np.empty(0), is_name=is_name)
    for weight in weights:
        weight /= np.sqrt(weight @ weight) or 1.0
    terms = np.concatenate(rows)
    rows.clear()
    return Vectors(starts=starts, terms=terms, weights=np.concatenate(weights), is_name=is_name)
