"""A failure that lasts is logged now and then."""

from __future__ import annotations

from digest.jobs.repeated_failures import FailureLog
from digest.model.errors import StoreError


def test_a_failure_that_lasts_is_one_line_a_minute_and_one_at_its_end() -> None:
    events: list[tuple[int, str]] = []
    time = [0]
    failures = FailureLog(
        log=lambda event, **_: events.append((time[0], event)), name="clock", monotonic=lambda: time[0]
    )
    for second in range(130):
        time[0] = second
        failures.failed(StoreError("away"))
        assert failures.is_failing
    failures.succeeded()
    failures.succeeded()

    assert events == [(0, "clock_failed"), (60, "clock_failed"), (120, "clock_failed"), (129, "clock_recovered")]
    assert not failures.is_failing


def test_failures_that_change_all_the_time_are_logged_every_ten_seconds() -> None:
    texts: list[object] = []
    time = [0]
    failures = FailureLog(
        log=lambda event, **fields: texts.append(fields["error"]), name="clock", monotonic=lambda: time[0]
    )
    for second in range(25):
        time[0] = second
        failures.failed(StoreError("away" if second % 2 else "starting up"))

    assert texts == ["starting up", "away", "starting up"]


def test_a_bug_is_logged_with_its_traceback() -> None:
    traces: list[object] = []
    error = ZeroDivisionError()
    FailureLog(log=lambda _, **fields: traces.append(fields["trace"]), name="worker").failed(error)

    assert traces == [error]
