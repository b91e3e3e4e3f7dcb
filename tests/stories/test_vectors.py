"""TF-IDF vectors."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given

from tests.support.vectors import TERM_COUNTS, dense, vectors_of


@given(TERM_COUNTS)
@example([])
def test_rows_have_length_one_or_are_empty(counts: list[dict[str, float]]) -> None:
    lengths = np.linalg.norm(dense(vectors_of(counts)), axis=1)

    assert np.allclose(lengths, [1.0 if count else 0.0 for count in counts])


def test_rare_terms_and_names_weigh_more() -> None:
    counts = [{"common": 1.0, "rare": 1.0}, {"common": 1.0, "other": 1.0}]
    unweighted = dense(vectors_of(counts))[0]
    weighted = dense(vectors_of(counts, {"common": 3.0}))[0]

    assert unweighted[2] > unweighted[0]
    assert weighted[0] > weighted[2]
