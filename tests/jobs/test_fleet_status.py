"""What is wrong with a fleet, in one line each."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.jobs.fleet_settings import SettingsHash, settings_hash
from digest.jobs.fleet_status import FleetStatus, clock_problem, fleet_problems
from digest.settings import Settings, StoreSettings, WebSettings
from digest.store.fleet import Member
from digest.store.job_queue import QueueState
from tests.support.values import NOON

CLOCK = Member(id="clock@a:1", kind="clock", started=NOON, seen=NOON, version="1", settings_hash="x", leader_pid=7)
WORKER = Member(
    id="worker@b:2",
    kind="worker",
    queues=("collect", "publish", "deliver"),
    started=NOON,
    seen=NOON,
    version="1",
    settings_hash="x",
)


def _problems(*members: Member, **status: object) -> list[str]:
    clocks = tuple(member for member in members if member.kind == "clock")
    workers = tuple(member for member in members if member.kind == "worker")
    values: dict[str, object] = {"now": NOON, "clocks": clocks, "workers": workers, "queues": {}} | status
    return [*fleet_problems(FleetStatus(**values))]  # type: ignore[arg-type]  # the tests' own


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ((WORKER,), "no clock leads"),
        ((CLOCK,), "no worker for collect, publish, deliver"),
        ((replace(CLOCK, seen=NOON - timedelta(minutes=1)), WORKER), "no clock leads"),
        (
            (CLOCK, replace(WORKER, settings_hash="y"), replace(WORKER, id="worker@c:3")),
            "the settings of worker@b:2 differ from those of clock@a:1, which leads",
        ),
        (
            (CLOCK, replace(WORKER, version="2", settings_hash="y")),
            "different versions: 1 on clock@a:1; 2 on worker@b:2",
        ),
        ((CLOCK, replace(WORKER, clock_ahead_s=150)), "the clock of b is 2 min ahead of the database's"),
        ((CLOCK, replace(WORKER, clock_ahead_s=-300)), "the clock of b is 5 min behind the database's"),
    ],
)
def test_each_problem_names_the_machines(members: tuple[Member, ...], problem: str) -> None:
    (told,) = _problems(*members)
    assert problem in told


def test_a_healthy_fleet_has_no_problem() -> None:
    assert _problems(CLOCK, WORKER, replace(WORKER, id="worker@c:3", clock_ahead_s=20)) == []


def test_a_queue_that_is_missing_or_waits_is_told() -> None:
    assert _problems(CLOCK, WORKER, queue_problem="the queue lacks a table") == ["the queue lacks a table"]
    (waits,) = _problems(CLOCK, WORKER, queues={"deliver": QueueState(depth=7, age_s=1200)})
    assert "7 jobs wait in the queue deliver, the oldest for 20 minutes" in waits


def test_a_clock_within_a_minute_is_right() -> None:
    assert clock_problem("a", timedelta(seconds=60)) == ""
    assert "2 min behind" in clock_problem("a", timedelta(seconds=-120))


def test_settings_of_two_machines_are_alike_but_for_what_belongs_to_one() -> None:
    settings = Settings(file=Path("/etc/digest/digest.toml"))
    other = replace(
        settings,
        file=Path("/home/ann/digest.toml"),
        store=StoreSettings(url="postgresql://db/digest"),
        web=WebSettings(serve=True, listen="10.0.0.1:80"),
    )
    assert settings_hash(settings) == settings_hash(other)
    assert settings_hash(replace(settings, web=WebSettings(url="https://news.example.org"))) != settings_hash(settings)

    hash_of = SettingsHash()
    assert hash_of(settings) == hash_of(settings) == settings_hash(settings)
    assert hash_of(other) == settings_hash(other)
