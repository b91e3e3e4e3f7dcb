"""Visits of a quoted article: three, within 14 days, spread."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.stories.corrections.brake import is_believed
from digest.stories.corrections.schedule import next_visit

TOLD = datetime(2026, 3, 27, 6, tzinfo=UTC)


def test_three_visits_are_spread_over_the_watch() -> None:
    firsts = set()
    for number in range(50):
        times = []
        now, visits = TOLD, 0
        while at := next_visit(f"article {number}", told=TOLD, visits=visits, now=now):
            times.append(at - TOLD)
            now, visits = at, visits + 1
        assert len(times) == 3
        assert timedelta(hours=6) <= times[0] <= timedelta(hours=24)
        assert times[-1] < timedelta(days=14)
        firsts.add(times[0])

    assert len(firsts) == 50


def test_visits_that_were_missed_are_left_out() -> None:
    at = next_visit("a", told=TOLD, visits=1, now=TOLD + timedelta(days=8))

    assert at
    assert at - TOLD > timedelta(days=9)


@pytest.mark.parametrize(
    ("corrected", "compared", "is_true"), [(1, 1, True), (3, 3, True), (4, 20, False), (4, 100, True), (6, 100, False)]
)
def test_so_many_corrections_at_once_are_believed(corrected: int, compared: int, is_true: bool) -> None:
    assert is_believed(corrected, compared) is is_true
