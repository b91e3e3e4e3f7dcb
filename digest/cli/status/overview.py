"""Where everything stands: what ``digest status`` prints, and ``digest run`` shows while it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.alarm import alarm_for
from digest.model import Newsletter, Outcome, Slot
from digest.pipeline import calendar
from digest.settings import Settings
from digest.store import Store, deliveries, editions, queue, runs, slots, sources
from digest.store.queue import Queue
from digest.store.slots import Fate
from digest.store.sources import Health
from digest.text.time_format import utc_time

#: How late things may be before something must be wrong with ``digest run``.
_LATE, _STUCK = timedelta(minutes=30), timedelta(hours=1)
_EDITIONS, _RUNS = 5, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A newsletter: what comes next, what became of the last slot, and what is wrong."""

    newsletter: Newsletter
    next: Slot
    last: Slot | None
    fate: Fate | None
    trouble: str
    #: A slot that fell due and was not dealt with yet.
    owed: Slot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Everything at one moment."""

    now: datetime
    standings: tuple[Standing, ...]
    editions: tuple[tuple[editions.Heading, Mapping[Outcome, int]], ...]
    queue: Queue
    sources: int
    broken: tuple[Health, ...]
    runs: tuple[runs.Run, ...]
    #: How often sources are visited.
    every: timedelta

    @property
    def problems(self) -> Iterator[str]:
        """What shows that ``digest run`` doesn't do its work: nothing, if it does."""
        visits = [run for run in self.runs if run.kind == "collect"]
        if self.sources and not any(self.now - run.started < 2 * self.every + _LATE for run in visits):
            last = f"since {utc_time(visits[0].started)}" if visits else "yet"
            yield f"no sources were visited {last}: is 'digest run' running?"
        for standing in self.standings:
            if standing.owed and self.now - standing.owed.due > _LATE:
                yield f"{standing.newsletter.id}: the edition of {standing.owed.key} is late"
        if self.queue.next_try and self.now - self.queue.next_try > _STUCK:
            waiting = "1 mail waits" if self.queue.waiting == 1 else f"{self.queue.waiting} mails wait"
            yield f"{waiting} since {utc_time(self.queue.next_try)}"


def overview(found: Settings, store: Store, *, now: datetime) -> Overview:
    """Look at everything; nothing is changed."""
    with store.read() as conn:
        ids = {source.id for source in found.sources}
        return Overview(
            now=now,
            standings=tuple(_standing(conn, newsletter, found, now) for newsletter in found.newsletters),
            editions=tuple(
                (heading, deliveries.counts(conn, heading.id)) for heading in editions.listed(conn, limit=_EDITIONS)
            ),
            queue=queue.state(conn),
            sources=len(found.sources),
            broken=tuple(health for health in sources.health(conn) if health.error and health.id in ids),
            runs=_runs(conn, now),
            every=found.fetch.every,
        )


def _standing(conn: Connection, newsletter: Newsletter, found: Settings, now: datetime) -> Standing:
    decided = slots.decided(conn, newsletter.id, by=now)
    last = next((slot for slot in reversed([*decided]) if decided[slot] is not Fate.BEFORE), None)
    owed = calendar.owed(conn, newsletter, now=now)
    alarm = alarm_for(conn, newsletter, found, now=now)
    return Standing(
        newsletter=newsletter,
        next=calendar.upcoming(conn, newsletter, now=now),
        last=last,
        fate=decided[last] if last else None,
        trouble=alarm.message if alarm else "",
        owed=owed.slot if owed else None,
    )


def _runs(conn: Connection, now: datetime) -> tuple[runs.Run, ...]:
    """The latest, and among them always the last visit to the sources."""
    latest = runs.recent(conn, by=now, limit=_RUNS)
    visit = runs.recent(conn, "collect", by=now, limit=1)
    return (*latest, *(run for run in visit if run not in latest))
