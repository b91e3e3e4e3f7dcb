"""Operations on arrays for sparse vectors: selection and segments, without sorting where possible."""

from __future__ import annotations

import numpy as np

from digest.stories.vectors import Bools, Floats, Ints


def last_occurrences(values: Ints, scratch: Ints) -> Bools:
    """Mask of the last occurrence of each value; ``scratch`` has a place for each. Takes no sorting."""
    positions = np.arange(len(values))
    scratch[values] = positions
    return np.asarray(scratch.take(values) == positions)


def largest(values: Floats, count: int, order: Ints | None = None) -> Ints:
    """Indices of the ``count`` largest values, ascending; of equal values, those lowest in ``order``, or the first."""
    if len(values) <= count:
        return np.arange(len(values))
    bound = np.partition(values, -count)[-count]
    above, equal = np.flatnonzero(values > bound), np.flatnonzero(values == bound)
    if order is not None:
        equal = equal[np.argsort(order[equal])]
    return np.sort(np.concatenate((above, equal[: count - len(above)])))


def segment_sums(values: Floats, sizes: Ints) -> Floats:
    """The sums of consecutive segments of ``values`` of the given sizes, none of them 0."""
    return np.asarray(np.add.reduceat(values, np.cumsum(sizes) - sizes))


def concatenated_ranges(low: Ints, high: Ints) -> Ints:
    """The numbers of the ranges ``low[i]:high[i]``, one range after the other."""
    sizes = high - low
    ranges = np.repeat(high - np.cumsum(sizes), sizes)
    ranges += np.arange(len(ranges))
    return ranges
