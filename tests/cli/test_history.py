"""History of a source in a terminal."""

from __future__ import annotations

from datetime import date, timedelta

from digest.cli.history import drawing, summary
from digest.store.source_history import SourceDay

FIRST = date(2026, 3, 1)


def days(*numbers: tuple[int, int, int]) -> list[SourceDay]:
    """Days with these fetches, failures and entries; each fetch took half a second."""
    return [
        SourceDay(
            day=FIRST + timedelta(days=index),
            fetches=fetches,
            failures=failures,
            entries=entries,
            fetch_ms=fetches * 500,
        )
        for index, (fetches, failures, entries) in enumerate(numbers)
    ]


def test_a_source_is_summed_up_and_drawn() -> None:
    history = days((4, 0, 8), (0, 0, 0), (4, 2, 4))

    assert summary(history) == "last 3 days: 12 entries, 8 fetches, 2 failed, 0.50 s each"
    assert list(drawing(history)) == [
        "entries a day   |█ ▅|  most 8",
        "failed fetches  |  █|  most 2",
        "time to fetch   |█ █|  most 0.50 s",
    ]


def test_a_source_without_history_is_not_drawn() -> None:
    assert summary(days((0, 0, 0))) == "last 1 days: 0 entries, 0 fetches, 0 failed"
    assert list(drawing(days((0, 0, 0)))) == []
