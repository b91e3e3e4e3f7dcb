"""Unique values: those that numpy's functions return."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from digest.stories.unique_values import unique_inverse, unique_values

VALUES = st.lists(st.integers(-5, 5), max_size=30).map(lambda values: np.array(values, dtype=np.int64))


@given(VALUES)
def test_unique_values_and_their_indices_are_numpy_s(values: np.ndarray) -> None:
    expected, indices = np.unique(values, return_inverse=True)

    assert unique_values(values).tolist() == expected.tolist()
    assert [part.tolist() for part in unique_inverse(values)] == [expected.tolist(), indices.tolist()]
