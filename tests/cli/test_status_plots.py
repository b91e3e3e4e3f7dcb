"""Plots of the last days in ``digest status``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from digest.cli.status.plots import plot_lines
from digest.model.editions import Outcome
from digest.pipeline.history import History, NewsletterDay
from digest.store.source_history import SourceDay
from digest.text.sparkline import ASCII, BLOCKS

FIRST = date(2026, 3, 1)


def source_days(*numbers: tuple[int, int, int]) -> tuple[SourceDay, ...]:
    """Days with these fetches, failures and entries."""
    return tuple(
        SourceDay(day=FIRST + timedelta(days=index), fetches=fetches, failures=failures, entries=entries)
        for index, (fetches, failures, entries) in enumerate(numbers)
    )


def newsletter_days(subscribers: Sequence[int], **outcomes: Sequence[int]) -> tuple[NewsletterDay, ...]:
    """Days with so many subscribers at their ends, and so many deliveries by outcome."""
    before = [0, *subscribers]
    return tuple(
        NewsletterDay(
            day=FIRST + timedelta(days=index),
            deliveries={Outcome(name): counts[index] for name, counts in outcomes.items()},
            joined=max(count - before[index], 0),
            left=max(before[index] - count, 0),
            subscribers=count,
            stories=10 * (index + 1),
        )
        for index, count in enumerate(subscribers)
    )


def drawn(history: History, *, columns: int = 80, levels: str = BLOCKS) -> list[str]:
    return list(plot_lines(history, columns=columns, levels=levels))


NEWSLETTERS = {"main": newsletter_days([100, 104, 103], sent=[0, 100, 50], bounced=[0, 0, 2])}
SOURCES = {"herald": source_days((4, 0, 8), (4, 4, 0), (4, 1, 4)), "dead": source_days((1, 1, 0), (0, 0, 0), (1, 1, 0))}
MONTH = History(
    newsletters={"main": newsletter_days([1000 + day for day in range(30)], sent=[1000] * 30)},
    sources={"the-herald-of-the-harbour": source_days(*[(24, 24 if day == 7 else 0, day % 7) for day in range(30)])},
)


def test_newsletters_are_drawn_by_day() -> None:
    assert drawn(History(newsletters=NEWSLETTERS)) == [
        "last 3 days, a column a day, UTC",
        "main",
        "  stories     |▃▆█| 60",
        "  mails sent  | █▅| 150",
        "  bounced     |  █| 2",
        "  subscribers |▁█▇| 103 +104 -1",
    ]


def test_sources_are_summed_up_and_those_that_failed_are_marked() -> None:
    assert drawn(History(sources=SOURCES)) == [
        "last 3 days, a column a day, UTC",
        "sources",
        "  fetches |█▇█| 14",
        "  failed  |▃█▅| 7",
        "  entries |█ ▅| 12",
        "new entries (× all fetches failed)",
        "  herald  |█×▅| 12",
        "  dead    |× ×| 0",
    ]


def test_in_a_narrow_terminal_a_column_stands_for_several_days() -> None:
    lines = drawn(MONTH, columns=40)

    assert lines[0] == "last 30 days, a column 3 days, UTC"
    assert "  subscribers |▁▁▂▃▄▅▆▇██| 1029 +1029" in lines
    assert lines[-1] == "  the-heral.. |▂▇▄▅▆▄█▂▇▄| 85"


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
def test_lines_fit_the_terminal(columns: int) -> None:
    assert max(map(len, drawn(MONTH, columns=columns))) <= max(columns, 40)


def test_a_terminal_without_blocks_gets_ascii_and_none_gets_colours() -> None:
    text = "\n".join(drawn(History(newsletters=NEWSLETTERS, sources=SOURCES), levels=ASCII))

    assert text.isascii()
    assert "  herald      |%x+| 12" in text
    assert "\x1b" not in "\n".join(drawn(MONTH))


def test_where_nothing_happened_nothing_is_drawn() -> None:
    idle = NewsletterDay(day=FIRST, deliveries={})

    assert drawn(History(newsletters={"main": (idle,)}, sources={"herald": source_days((0, 0, 0))})) == []
    assert drawn(History()) == []


def test_a_long_list_of_sources_is_cut() -> None:
    lines = drawn(History(sources={str(number): source_days((1, 0, 1)) for number in range(50)}))

    assert lines[-1] == "  and 10 more: digest sources list"
    assert sum(line.startswith("  ") for line in lines) == 43
