"""Checks of a PostgreSQL store that many machines share: pooler, queue of jobs, settings and clocks of the machines."""

from __future__ import annotations

from collections.abc import Iterator

from digest.cli.check.findings import Finding, bad, count, from_error, note, ok
from digest.model.errors import DigestError, StoreError
from digest.settings import Settings
from digest.store import Store

_TOPIC = "fleet"
_NOT_POSTGRES = '[jobs] engine = "procrastinate" needs a PostgreSQL database'


def check_fleet(settings: Settings) -> Iterator[Finding]:
    """Check what machines that share a store must have; nothing for one machine with a file."""
    from digest.store import open_store
    from digest.store.url import parse_url

    is_distributed, address = settings.jobs.engine == "procrastinate", settings.store
    try:
        if parse_url(address.url).get_backend_name() != "postgresql":
            if is_distributed:
                yield bad(_TOPIC, _NOT_POSTGRES, 'set [store] url to one, or [jobs] engine = "embedded"')
            return
        open_store(address.url, read_only=True).close()
    except DigestError:  # the check of the store reports it
        return
    try:
        with open_store(address.url, direct_url=address.direct_url, read_only=True) as store:
            yield from _check_locks(store)
            if is_distributed:
                yield from _check_engine(store, settings)
    except StoreError as error:
        yield from_error(_TOPIC, error)


def _check_locks(store: Store) -> Iterator[Finding]:
    try:
        store.check_locks()
    except StoreError as error:
        yield from_error("store", error)


def _check_engine(store: Store, settings: Settings) -> Iterator[Finding]:
    """Check the queue of jobs, and what the machines of the fleet have different."""
    from digest.jobs.fleet_settings import settings_hash
    from digest.jobs.fleet_status import clock_problem, disagreements, machine_ahead, read_fleet
    from digest.store.queue_schema import installed_sql

    try:
        installed_sql()
    except StoreError as error:
        yield from_error(_TOPIC, error)
    with store.read() as conn:
        status = read_fleet(conn)
    if status.queue_problem:
        yield note(_TOPIC, status.queue_problem)
    problems = [clock_problem("this machine", machine_ahead(status.now)), *disagreements(status)]
    leader = status.leader
    if leader and leader.settings_hash != settings_hash(settings):
        problems.append(f"the settings here differ from those of {leader.id}, which leads: give all machines the same")
    yield from (bad(_TOPIC, problem) for problem in problems if problem)
    by_kind = {kind: [member for member in status.alive if member.kind == kind] for kind in ("clock", "worker")}
    clocks, workers = (count(members, kind) for kind, members in by_kind.items())
    if leader is None:
        yield note(_TOPIC, f"no clock leads ({clocks}, {workers})", "start 'digest run', and 'digest worker'")
    else:
        yield ok(_TOPIC, f"{leader.id} leads; {clocks}, {workers}")
