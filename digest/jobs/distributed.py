"""Clocks and workers of many machines: they share a database, and tell each other what they do."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from threading import Event, Thread
from typing import Any

from digest.jobs.due import longest_collect_wait
from digest.jobs.fleet_clock import FleetClock
from digest.jobs.fleet_settings import SettingsHash
from digest.jobs.fleet_status import clock_problem, machine_ahead
from digest.jobs.procrastinate_engine import Clock
from digest.jobs.procrastinate_worker import Worker
from digest.jobs.repeated_failures import FailureLog
from digest.jobs.types import Job, Log
from digest.model.errors import StoreError
from digest.settings import Settings
from digest.store import Store, fleet, queue_schema
from digest.store.fleet import Member
from digest.store.leader import Leadership, end_stuck_leader

#: Seconds between two looks of a clock for due jobs, and between two notes of a worker that it lives.
_TICK_S, _NOTE_S = 1.0, 5.0


def run_clock(
    settings: Callable[[], Settings],
    store: Store,
    due_jobs: Callable[[bool], Iterable[Job]],
    *,
    time: FleetClock,
    stop: Event,
    log: Log,
    heartbeat: Callable[[], None] = lambda: None,
) -> None:
    """Queue due jobs while this process leads. Raises ``StoreError`` if the database can't be used for that."""
    with store.begin() as conn:
        queue_schema.ensure(conn)
    address = settings().store
    leadership = Leadership(address.direct_url or address.url)
    clock = Clock(
        store=store,
        due_jobs=due_jobs,
        log=log,
        still_leads=leadership.is_held_now,
        collect_wait=lambda: longest_collect_wait(settings()),
    )
    failures = FailureLog(log=log, name="clock")
    hash_of, member = SettingsHash(), _member("clock", now=time.sync(), log=log)
    leads = leadership.is_held()
    log("leading" if leads else "following", id=member.id)
    try:
        while True:
            member = replace(member, settings_hash=hash_of(settings()))
            leads = _tick(clock, leadership, member, time=time, failures=failures, led=leads)
            heartbeat()
            if stop.wait(_TICK_S):
                return
    finally:
        leadership.close()
        _forget(store, member)


def _tick(
    clock: Clock, leadership: Leadership, member: Member, *, time: FleetClock, failures: FailureLog, led: bool
) -> bool:
    """One look for due jobs; return whether this clock leads. What fails is logged, and tried again."""
    try:
        now = time.sync()
        leads = leadership.is_held()
        with clock.store.begin(durable=False) as conn:
            if not leads and (stuck := end_stuck_leader(conn, now=now)):
                clock.log("leader_ended", id=stuck)
            fleet.delete_gone(conn, now=now)
            fleet.record(conn, _seen(member, now, leader_pid=leadership.pid))
        if leads != led:
            clock.log("leading" if leads else "following", id=member.id)
        if leads and failures.is_failing:
            clock.remake_queue()
        if leads:
            clock.tick(now)
    except Exception as error:  # noqa: BLE001  # the edge: logged, and tried again
        failures.failed(error)
        return led and leadership.pid is not None
    failures.succeeded()
    return leads


def run_worker(
    settings: Callable[[], Settings],
    store: Store,
    worker: Worker,
    *,
    time: FleetClock,
    stop: Event,
) -> bool:
    """Do queued jobs until ``stop`` is set; those under way are finished. Raises ``StoreError``.

    False if jobs were abandoned, whose threads still run.
    """
    with store.begin() as conn:
        queue_schema.ensure(conn)
    hash_of, started = SettingsHash(), _member("worker", now=time.sync(), log=worker.log)

    def member() -> Member:
        jobs = ", ".join(sorted(job.kind for job in worker.running))
        return _seen(started, time(), queues=tuple(worker.queues), job=jobs, settings_hash=hash_of(settings()))

    with _noted(store, member):
        return worker.run(stop)


@contextmanager
def _noted(store: Store, member: Callable[[], Member]) -> Iterator[None]:
    """Note in the store, again and again, that the process lives and what it does."""
    is_over = Event()

    def note() -> None:
        while True:
            with suppress(StoreError), store.begin(durable=False) as conn:
                fleet.record(conn, member())
            if is_over.wait(_NOTE_S):
                return

    thread = Thread(target=note, name="fleet", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        _forget(store, member())


def _member(kind: str, *, now: datetime, log: Log) -> Member:
    """This process; a wrong clock of its machine is logged."""
    host = socket.gethostname()
    if problem := clock_problem("this machine", machine_ahead(now)):
        log("clock_wrong", message=problem)
    return Member(id=f"{kind}@{host}:{os.getpid()}", kind=kind, started=now, seen=now, version=_version())


def _seen(member: Member, now: datetime, **changes: Any) -> Member:
    """The process as it is now, by the database's clock."""
    return replace(member, seen=now, clock_ahead_s=round(machine_ahead(now).total_seconds()), **changes)


def _version() -> str:
    with suppress(PackageNotFoundError):
        return version("newsletter-digest")
    return ""


def _forget(store: Store, member: Member) -> None:
    with suppress(StoreError), store.begin(durable=False) as conn:
        fleet.remove(conn, member.id)
