"""Nearest neighbours by the index: those that comparing all pairs gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from digest.stories.neighbours import nearest_neighbours
from tests.support.vectors import TERM_COUNTS, dense, no_decay, vectors_of


@given(TERM_COUNTS)
def test_neighbours_are_those_of_all_pairs(counts: list[dict[str, float]]) -> None:
    vectors = vectors_of(counts)
    cosines = dense(vectors) @ dense(vectors).T
    np.fill_diagonal(cosines, 0)
    neighbours = nearest_neighbours(vectors, 3, no_decay)

    for row, similarities in enumerate(neighbours.similarities):
        best = np.sort(cosines[row][cosines[row] > 0])[::-1][:3]
        assert np.allclose(similarities, best, atol=1e-8)
