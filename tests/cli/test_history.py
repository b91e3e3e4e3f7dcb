"""History of sources and newsletters in a terminal."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta

from digest.cli.history import can_draw, drawing, status_lines, summary
from digest.model.editions import Outcome
from digest.pipeline.history import History, NewsletterDay
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


def sources(histories: Mapping[str, list[SourceDay]]) -> History:
    return History(sources={id_: tuple(history) for id_, history in histories.items()})


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


def test_days_of_nothing_but_failures_are_marked() -> None:
    lines = list(status_lines(sources({"herald": days((4, 0, 8), (4, 4, 0), (4, 1, 4)), "dead": days((1, 1, 0)) * 3})))

    assert lines[1:] == ["  herald  |█×▅|  12", "  dead    |×××|  0"]


def test_a_newsletter_has_its_mails_and_subscribers() -> None:
    history = (
        NewsletterDay(day=FIRST, deliveries={Outcome.SENT: 3}, joined=3, subscribers=3),
        NewsletterDay(day=FIRST + timedelta(days=1), deliveries={Outcome.FAILED: 1}, left=1, subscribers=2),
    )
    silent = NewsletterDay(day=FIRST, deliveries={}, subscribers=2)

    assert list(status_lines(History(newsletters={"main": history, "weekly": (silent,)}))) == [
        "main: mails of the last 2 days  |█ |  3",
        "main: 2 subscribers, 3 joined and 1 left",
    ]


def test_a_long_list_is_cut() -> None:
    lines = list(status_lines(sources({str(number): days((1, 0, 1)) for number in range(50)})))

    assert len(lines) == 42
    assert lines[-1] == "  and 10 more: digest sources list"


def test_only_a_terminal_gets_drawings() -> None:
    class Terminal(io.TextIOWrapper):
        def isatty(self) -> bool:
            return True

    assert can_draw(Terminal(io.BytesIO(), encoding="utf-8"))
    assert not can_draw(Terminal(io.BytesIO(), encoding="ascii"))
    assert not can_draw(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
