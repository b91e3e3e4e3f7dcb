"""The fleet in ``digest status``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from digest.cli.status.fleet import fleet_document, fleet_lines
from digest.jobs.fleet_status import FleetStatus
from digest.jobs.types import QUEUES
from digest.store.fleet import Member
from digest.store.job_queue import QueueState

NOW = datetime(2026, 3, 29, 5, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


def clock(place: str, *, leader_pid: int | None = None, silent_s: int = 0, version: str = "2.0") -> Member:
    seen = NOW - silent_s * SECOND
    return Member(
        id=f"clock@{place}",
        kind="clock",
        started=NOW - HOUR * 5,
        seen=seen,
        leader_pid=leader_pid,
        version=version,
        settings_hash="a",
    )


def worker(
    place: str, *, job: str = "", queues: tuple[str, ...] = QUEUES, version: str = "2.0", settings_hash: str = "a"
) -> Member:
    return Member(
        id=f"worker@{place}",
        kind="worker",
        started=NOW - 90 * SECOND,
        seen=NOW,
        job=job,
        queues=queues,
        version=version,
        settings_hash=settings_hash,
    )


FLEET = FleetStatus(
    now=NOW,
    clocks=(clock("web1:4711", leader_pid=7), clock("web2:81", silent_s=400)),
    workers=(
        worker("work1:93", job="collect_part, deliver"),
        worker("work2:117", queues=("deliver",), version="1.9"),
        worker("digest-worker-7d9c5b8f6d-x2kfp:1", settings_hash="b"),
    ),
    queues={"collect": QueueState(depth=12, age_s=4.2), "deliver": QueueState(depth=3, age_s=400)},
)


def test_an_operator_sees_who_leads_what_workers_do_and_what_waits() -> None:
    assert (
        "\n".join(fleet_lines(FLEET))
        == """\
fleet: 1 clock and 3 workers alive
  clock   web1:4711                   leads, up 5 h
  clock   web2:81                     silent for 6 min
  worker  work1:93                    collect part, deliver, up 90 s
  worker  work2:117                   idle, only deliver, up 90 s, version 1.9
  worker  …worker-7d9c5b8f6d-x2kfp:1  idle, up 90 s, other settings
  jobs    collect 12, oldest 4 s; deliver 3, oldest 6 min"""
    )


def test_the_fleet_fits_a_terminal_and_has_no_colours() -> None:
    for line in fleet_lines(FLEET):
        assert len(line) <= 80
        assert line.isprintable()


def test_a_fleet_that_nobody_started_is_shown_as_such() -> None:
    nothing = FleetStatus(now=NOW, clocks=(), workers=(), queues={})

    assert [*fleet_lines(nothing)] == ["fleet: 0 clocks and 0 workers alive", "  jobs    none waits"]


def test_a_queue_that_someone_dropped_is_named() -> None:
    broken = FleetStatus(now=NOW, clocks=(), workers=(), queues={}, queue_problem="the queue has no tables")

    assert [*fleet_lines(broken)][-1] == "  jobs    the queue has no tables"


def test_programs_get_the_same_facts() -> None:
    document = fleet_document(FLEET)

    assert document["clocks"][0] == {
        "id": "clock@web1:4711",
        "leads": True,
        "seen": "2026-03-29T05:00:00Z",
        "version": "2.0",
        "differs": [],
    }
    assert [each["differs"] for each in document["workers"]] == [[], ["version"], ["settings"]]
    assert document["queues"]["collect"] == {"depth": 12, "age_s": 4.2}
