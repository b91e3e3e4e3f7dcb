"""Sparse vectors as dense matrices, and generated term counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st

from digest.stories.vectors import Floats, Ints, Vectors, tf_idf

#: Term counts of some texts.
TERM_COUNTS = st.lists(
    st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 5).map(float), max_size=6), min_size=1, max_size=12
)


def no_decay(row: int, rows: Ints) -> Floats:
    return np.ones(len(rows))


def vectors_of(counts: Sequence[Mapping[str, float]], name_weights: Mapping[str, float] | None = None) -> Vectors:
    """TF-IDF vectors of texts from the counts of their terms by name."""
    vocabulary = [*dict.fromkeys(term for count in counts for term in count)]
    rows = (
        (np.array([vocabulary.index(term) for term in count], np.int32), np.array([*count.values()], float))
        for count in counts
    )
    return tf_idf(rows, vocabulary, name_weights or {})


def dense(vectors: Vectors) -> Floats:
    """The vectors as a matrix."""
    matrix = np.zeros((len(vectors), vectors.width))
    for row in range(len(vectors)):
        columns, weights = vectors.row(row)
        matrix[row, columns] = weights
    return matrix
