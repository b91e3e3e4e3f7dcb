"""Document expansion."""

from __future__ import annotations

import numpy as np

from digest.stories.expansion import expand_by_neighbours
from digest.stories.neighbours import nearest_neighbours
from tests.support.vectors import dense, no_decay, vectors_of


def test_expansion_adds_the_terms_of_neighbours_and_of_no_other_text() -> None:
    counts = [{"fire": 1.0, "hall": 1.0}, {"fire": 1.0, "hall": 1.0, "market": 1.0}, {"comet": 1.0}]
    vectors = vectors_of(counts)
    expanded = dense(expand_by_neighbours(vectors, nearest_neighbours(vectors, 2, no_decay), 10))
    market = sorted({"fire", "hall", "market", "comet"}).index("market")

    assert expanded[0, market] > 0
    assert np.allclose(expanded[2], dense(vectors)[2])


def test_expansion_keeps_the_heaviest_terms_only() -> None:
    vectors = vectors_of([{term: float(n) for n, term in enumerate("abcdef", start=1)}])

    assert len(expand_by_neighbours(vectors, nearest_neighbours(vectors, 2, no_decay), 3).terms) == 3
