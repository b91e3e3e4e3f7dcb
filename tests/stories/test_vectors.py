"""TF-IDF vectors."""

from __future__ import annotations

import tracemalloc

import numpy as np
from hypothesis import example, given

from digest.stories.vectors import tf_idf
from tests.support.vectors import TERM_COUNTS, dense


@given(TERM_COUNTS)
@example([])
def test_rows_have_length_one_or_are_empty(counts: list[dict[str, float]]) -> None:
    lengths = np.linalg.norm(dense(tf_idf(counts, {})), axis=1)

    assert np.allclose(lengths, [1.0 if count else 0.0 for count in counts])


def test_rare_terms_and_names_weigh_more() -> None:
    counts = [{"common": 1.0, "rare": 1.0}, {"common": 1.0, "other": 1.0}]
    unweighted = dense(tf_idf(counts, {}))[0]
    weighted = dense(tf_idf(counts, {"common": 3.0}))[0]

    assert unweighted[2] > unweighted[0]
    assert weighted[0] > weighted[2]


def test_counts_of_terms_are_not_kept() -> None:
    terms = [f"term{number}" for number in range(120)]
    tracemalloc.start()
    vectors = tf_idf((dict.fromkeys(terms, 1.5) for _ in range(300)), {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert len(vectors) == 300
    assert peak / 300 < 4_500, "a mapping of its counts alone takes 5,000 bytes"
