"""Ranges of UIDs that were looked at."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.inbound.uid_ranges import gaps, with_range

_RANGES = st.lists(st.tuples(st.integers(1, 60), st.integers(0, 9)).map(lambda pair: (pair[0], sum(pair))), max_size=8)


@settings(max_examples=50)
@given(_RANGES, st.integers(0, 80))
def test_gaps_are_what_no_range_has(ranges: list[tuple[int, int]], highest: int) -> None:
    done: tuple[tuple[int, int], ...] = ()
    for added in ranges:
        done = with_range(done, added)
    seen = {uid for low, high in ranges for uid in range(low, high + 1)}

    open_uids = [uid for low, high in gaps(done, highest) for uid in range(high, low - 1, -1)]

    assert open_uids == sorted(set(range(1, highest + 1)) - seen, reverse=True)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(done))
