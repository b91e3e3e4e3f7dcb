"""The time of a fleet, by a database whose time a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.jobs.fleet_clock import FleetClock

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Database:
    """A database's time, and a machine's monotonic clock; a question takes a second each way."""

    def __init__(self) -> None:
        self.time, self.monotonic, self.questions = NOON, 500.0, 0

    def read(self) -> datetime:
        self.questions += 1
        self.wait(1)
        answer = self.time
        self.wait(1)
        return answer

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        self.monotonic += seconds


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def clock(database: Database) -> FleetClock:
    return FleetClock(read=database.read, monotonic=lambda: database.monotonic)


def test_the_time_is_the_databases(clock: FleetClock, database: Database) -> None:
    assert clock() == database.time

    database.wait(30)

    assert clock() == database.time
    assert database.questions == 1


def test_a_database_whose_time_was_set_is_followed_with_the_next_question(
    clock: FleetClock, database: Database
) -> None:
    clock.sync()
    database.time += timedelta(hours=1)

    assert clock.sync() == database.time
    assert clock() == database.time
