"""Array operations: those of numpy's sorting functions."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from digest.stories.array_operations import concatenated_ranges, largest, last_occurrences, segment_sums

FEW_VALUES = arrays(float, st.integers(0, 30), elements=st.sampled_from([0.0, 0.25, 0.5, 1.0]))


@given(FEW_VALUES, st.integers(1, 12))
def test_the_largest_values_are_the_first_of_a_sorted_array(values: np.ndarray, count: int) -> None:
    order = np.random.default_rng(len(values)).permutation(len(values))

    assert largest(values, count).tolist() == sorted(np.argsort(-values, kind="stable")[:count].tolist())
    assert largest(values, count, order).tolist() == sorted(np.lexsort((order, -values))[:count].tolist())


@given(arrays(np.int32, st.integers(0, 20), elements=st.integers(0, 6)))
def test_each_value_occurs_last_once(values: np.ndarray) -> None:
    mask = last_occurrences(values, np.full(7, -1))

    assert sorted(values[mask].tolist()) == np.unique(values).tolist()
    assert all(value not in values[at + 1 :] for at, value in enumerate(values) if mask[at])


@given(st.lists(st.integers(1, 4), max_size=6))
def test_segments_are_summed_one_by_one(sizes: list[int]) -> None:
    ends = np.cumsum(np.array(sizes, dtype=np.int64))
    starts = ends - np.array(sizes, dtype=np.int64)
    values = np.arange(sum(sizes), dtype=float)

    assert concatenated_ranges(starts, ends).tolist() == list(range(sum(sizes)))
    expected = [values[start:end].sum() for start, end in zip(starts, ends, strict=True)]
    assert segment_sums(values, np.array(sizes, dtype=np.int64)).tolist() == expected
