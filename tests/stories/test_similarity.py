"""Similarity: the penalty for different names, and decay with time."""

from __future__ import annotations

import pytest

from digest.stories.similarity import adjusted_cosine, time_decay


@pytest.mark.parametrize(
    ("cosine", "name_cosine", "name_share", "expected"),
    [
        pytest.param(0.5, 0.25, 0.5, 0.5, id="names as similar as words"),
        pytest.param(0.5, 0.5, 0.5, 0.5, id="only names in common"),
        pytest.param(0.5, 0.0, 0.5, 0.0, id="no name in common"),
        pytest.param(0.9, 0.0, 0.1, 0.72, id="few names"),
        pytest.param(0.4, 0.0, 0.0, 0.4, id="no names"),
        pytest.param(0.4, 0.4, 1.0, 0.4, id="nothing but names"),
        pytest.param(0.0, 0.0, 0.0, 0.0, id="nothing"),
    ],
)
def test_other_names_in_the_same_wording_lower_the_similarity(
    cosine: float, name_cosine: float, name_share: float, expected: float
) -> None:
    assert adjusted_cosine(cosine, name_cosine, name_shares=(name_share, name_share)) == pytest.approx(expected)


def test_similarity_decays_with_time_by_the_influence_at_most() -> None:
    assert time_decay(0.0, 0.4) == pytest.approx(1.0)
    assert time_decay(12.0, 0.4) > time_decay(24.0, 0.4)
    assert time_decay(1_000.0, 0.4) == pytest.approx(0.6)
