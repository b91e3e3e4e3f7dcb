"""Sparse vectors and their neighbours say what the dense arithmetic says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.stories.neighbours import nearest_neighbours
from digest.stories.similarity import adjusted_cosine
from digest.stories.vectors import Floats, Ints, Vectors, expand_by_neighbours, tf_idf

terms = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 5).map(float), max_size=6)


def unfaded(row: int, others: Ints) -> Floats:
    return np.ones(len(others))


def dense(vectors: Vectors) -> Floats:
    laid_out = np.zeros((len(vectors), vectors.width))
    for row in range(len(vectors)):
        columns, weights = vectors.row(row)
        laid_out[row, columns] = weights
    return laid_out


@given(st.lists(terms, max_size=12))
def test_rows_have_length_one_or_are_empty(counts: list[dict[str, float]]) -> None:
    lengths = np.linalg.norm(dense(tf_idf(counts, {})), axis=1)

    assert np.allclose(lengths, [1.0 if count else 0.0 for count in counts])


@given(st.lists(terms, min_size=1, max_size=12))
def test_neighbours_are_those_of_all_pairs(counts: list[dict[str, float]]) -> None:
    vectors = tf_idf(counts, {})
    cosines = dense(vectors) @ dense(vectors).T
    np.fill_diagonal(cosines, 0)
    near = nearest_neighbours(vectors, 3, unfaded)

    for row, found in enumerate(near.similarities):
        best = np.sort(cosines[row][cosines[row] > 0])[::-1][:3]
        assert np.allclose(found, best, atol=1e-8)


def test_rare_terms_and_emphasis_weigh_more() -> None:
    counts = [{"common": 1.0, "rare": 1.0}, {"common": 1.0, "other": 1.0}]
    plain = dense(tf_idf(counts, {}))[0]
    stressed = dense(tf_idf(counts, {"common": 3.0}))[0]

    assert plain[2] > plain[0]
    assert stressed[0] > stressed[2]


@pytest.mark.parametrize(
    ("cosine", "name_cosine", "name_share", "expected"),
    [
        (0.5, 0.25, 0.5, 0.5),
        (0.5, 0.5, 0.5, 0.5),
        (0.5, 0.0, 0.5, 0.0),
        (0.9, 0.0, 0.1, 0.72),
        (0.4, 0.0, 0.0, 0.4),
        (0.4, 0.4, 1.0, 0.4),
        (0.0, 0.0, 0.0, 0.0),
    ],
    ids=["as alike", "only names", "no name in common", "few names", "no names", "nothing but names", "nothing"],
)
def test_other_names_in_the_same_words_part_two_texts(
    cosine: float, name_cosine: float, name_share: float, expected: float
) -> None:
    assert adjusted_cosine(cosine, name_cosine, name_shares=(name_share, name_share)) == pytest.approx(expected)


def test_a_text_takes_on_what_its_neighbours_say_and_a_stranger_does_not() -> None:
    counts = [{"fire": 1.0, "hall": 1.0}, {"fire": 1.0, "hall": 1.0, "market": 1.0}, {"comet": 1.0}]
    vectors = tf_idf(counts, {})
    drawn = dense(expand_by_neighbours(vectors, nearest_neighbours(vectors, 2, unfaded), 10))
    market = sorted({"fire", "hall", "market", "comet"}).index("market")

    assert drawn[0, market] > 0
    assert np.allclose(drawn[2], dense(vectors)[2])


def test_only_the_heaviest_terms_stay() -> None:
    vectors = tf_idf([{term: float(n) for n, term in enumerate("abcdef", start=1)}], {})

    assert len(expand_by_neighbours(vectors, nearest_neighbours(vectors, 2, unfaded), 3).terms) == 3
