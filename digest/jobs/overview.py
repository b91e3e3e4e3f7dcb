"""Status of newsletters, editions, queue, sources and runs: ``digest status``, ``digest run``, the operator's pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.jobs.alert_checks import AlertStatus, alert_status
from digest.jobs.fleet_status import FleetStatus, fleet_problems, read_fleet
from digest.jobs.plugin_problems import find_plugin_alarms
from digest.jobs.problems import find_alarms, find_service_alarms
from digest.model.drafts import DraftState
from digest.model.editions import Outcome
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.audiences import AudienceStatus, audience_status
from digest.pipeline.collect_failure import crash_message, find_collect_failure
from digest.pipeline.correction_status import CorrectionStatus, read_correction_status
from digest.pipeline.delivery_problem import DeliveryProblem, FailureReason, failure_reasons, find_delivery_problem
from digest.pipeline.rate_status import SlowedRate, slowed_rates
from digest.settings import Settings
from digest.store import (
    Store,
    deliveries,
    drafts,
    editions,
    health,
    hosts,
    page_counts,
    queue,
    runs,
    slots,
    sources,
    unread_mails,
)
from digest.store.drafts import StoredDraft
from digest.store.health import DatabaseHealth
from digest.store.hosts import HostState
from digest.store.queue import Queue
from digest.store.slots import SlotStatus
from digest.store.sources import Health
from digest.store.unread_mails import UnreadMail
from digest.store.url import store_file
from digest.text.time_format import utc_time

#: Work that is later than this is a problem: editions and collecting, mails in the queue.
_MAX_DELAY, _MAX_QUEUE_DELAY = timedelta(minutes=30), timedelta(hours=1)
_EDITIONS, _RUNS, _UNREAD_MAILS = 5, 5, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterStatus:
    """Next and last slot of a newsletter, and its alarm."""

    newsletter: Newsletter
    next_slot: Slot
    last_slot: Slot | None
    last_outcome: SlotStatus | None
    #: What an alarm says, in one line; empty if there is none.
    alarm: str
    #: A slot that is due and has no outcome yet.
    due_slot: Slot | None
    #: Why its sources give nothing; empty while one of them can be read.
    collect_failure: str
    #: Mails were refused at once, or an edition reached nobody.
    delivery_problem: DeliveryProblem | None
    #: Subscribers with a frequency, zone or topics of their own.
    audiences: AudienceStatus
    #: Plugins that failed for the latest edition, one line each.
    plugin_problems: tuple[str, ...] = ()
    #: A draft that waits for its editor, or is about to be sent; None for none.
    draft: StoredDraft | None = None
    #: None for a newsletter without alerts.
    alerts: AlertStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Status of everything at one moment."""

    now: datetime
    newsletters: tuple[NewsletterStatus, ...]
    editions: tuple[tuple[editions.EditionSummary, Mapping[Outcome, int]], ...]
    queue: Queue
    #: Number of sources in the settings.
    sources: int
    failing: tuple[Health, ...]
    runs: tuple[runs.Run, ...]
    #: Mails in the mailbox for bounces that are left to the operator: the newest, and the number of all.
    unread_mails: tuple[UnreadMail, ...]
    unread_count: int
    #: Why ``[web] secret`` does not protect subscribers; empty if it does.
    secret_problem: str
    #: Unsubscribe links of the last seven days that named nobody: someone may still get mails against their will.
    unmatched_unsubscribes: int
    #: Problems of the installation, one line each.
    service_problems: tuple[str, ...]
    #: By edition: why mails failed or wait for another try.
    failure_reasons: Mapping[int, tuple[FailureReason, ...]]
    #: Setting ``fetch.every``.
    fetch_interval: timedelta
    #: When a source was fetched last, by whatever command; None for never.
    last_fetch: datetime | None
    #: Servers that asked for fewer mails, and web hosts that asked for no requests for a while.
    slowed: tuple[SlowedRate, ...] = ()
    refusing_hosts: tuple[HostState, ...] = ()
    #: Clocks and workers of the distributed engine; None for the embedded one.
    fleet: FleetStatus | None = None
    #: Numbers of the correction watch; None where no newsletter reports corrections.
    corrections: CorrectionStatus | None = None
    #: What the database's own statistics tell.
    database: DatabaseHealth | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Signs that ``digest run`` is not doing its work, one line each."""
        return tuple(self._problems())

    def _problems(self) -> Iterator[str]:
        collecting = [run for run in self.runs if run.kind == "collect"]
        earliest = self.now - (2 * self.fetch_interval + _MAX_DELAY)
        fetched = max((run.started for run in collecting), default=None)
        fetched = max(filter(None, (fetched, self.last_fetch)), default=None)
        if self.sources and (fetched is None or fetched <= earliest):
            last = f"since {utc_time(fetched)}" if fetched else "yet"
            yield f"no sources were fetched {last}: is 'digest run' running?"
        ended = next((run for run in collecting if run.ended), None)
        if self.sources and ended and ended.outcome == "failed":
            yield crash_message(ended)
        for status in self.newsletters:
            is_held = status.draft is not None and status.draft.until > self.now
            if status.due_slot and not is_held and self.now - status.due_slot.due > _MAX_DELAY:
                reason = f": {status.collect_failure}" if status.collect_failure else ""
                yield f"{status.newsletter.id}: the edition of {status.due_slot.key} is late{reason}"
            if status.delivery_problem:
                yield f"{status.newsletter.id}: {status.delivery_problem.message}"
            yield from (f"{status.newsletter.id}: {problem}" for problem in status.plugin_problems)
        yield from (problem for problem in self.service_problems if problem != self.secret_problem)
        if self.fleet:
            yield from fleet_problems(self.fleet)
        if self.queue.next_try and self.now - self.queue.next_try > _MAX_QUEUE_DELAY:
            mails = "1 mail waits" if self.queue.waiting == 1 else f"{self.queue.waiting} mails wait"
            yield f"{mails} since {utc_time(self.queue.next_try)}"


def read_overview(settings: Settings, store: Store, *, now: datetime) -> Overview:
    """Read the status from the store."""
    with store.read() as conn:
        ids = {source.id for source in settings.sources}
        summaries = editions.summaries(conn, limit=_EDITIONS)
        healths = [health for health in sources.health(conn) if health.id in ids]
        fetches = [time for health in healths for time in (health.last_success, health.last_failure) if time]
        newsletters = (_newsletter_status(conn, newsletter, settings, now) for newsletter in settings.newsletters)
        return Overview(
            now=now,
            newsletters=tuple(newsletters),
            editions=tuple((edition, deliveries.counts(conn, edition.id)) for edition in summaries),
            queue=queue.state(conn),
            sources=len(settings.sources),
            failing=tuple(health for health in healths if health.error),
            runs=_latest_runs(conn, now),
            fleet=read_fleet(conn) if settings.jobs.engine == "procrastinate" else None,
            corrections=read_correction_status(conn, settings, now=now),
            database=health.read_health(conn, file=store_file(settings.store.url)),
            unread_mails=unread_mails.recent(conn, limit=_UNREAD_MAILS),
            unread_count=unread_mails.count(conn),
            secret_problem=settings.web.secret_problem,
            unmatched_unsubscribes=page_counts.total(
                conn, page_counts.UNMATCHED_UNSUBSCRIBE, since=page_counts.week_before(now)
            ),
            service_problems=tuple(alarm.message for alarm in find_service_alarms(conn, settings, now=now)),
            failure_reasons={edition.id: failure_reasons(conn, edition.id) for edition in summaries},
            fetch_interval=settings.fetch.every,
            last_fetch=max(fetches, default=None),
            slowed=slowed_rates(conn, settings, now=now),
            refusing_hosts=tuple(hosts.refusing(conn, now=now)),
        )


def _newsletter_status(conn: Connection, newsletter: Newsletter, settings: Settings, now: datetime) -> NewsletterStatus:
    outcomes = slots.statuses(conn, newsletter.id, as_of=now)
    last = next((slot for slot in reversed([*outcomes]) if outcomes[slot] is not SlotStatus.BEFORE), None)
    owed = calendar.due_slots(conn, newsletter, now=now)
    audiences = audience_status(conn, newsletter, now=now)
    due = [slot for slot in (owed.slot if owed else None, audiences.due_slot) if slot]
    failure = find_collect_failure(conn, newsletter, settings, now=now)
    alarms = find_alarms(conn, newsletter, settings, now=now)
    return NewsletterStatus(
        newsletter=newsletter,
        next_slot=calendar.next_slot(conn, newsletter, now=now),
        last_slot=last,
        last_outcome=outcomes[last] if last else None,
        alarm=alarms[0].message if alarms else "",
        due_slot=min(due, default=None),
        collect_failure=failure.message if failure else "",
        delivery_problem=find_delivery_problem(conn, newsletter.id),
        audiences=audiences,
        alerts=alert_status(conn, newsletter, now=now) if newsletter.alert else None,
        plugin_problems=tuple(alarm.message for alarm in find_plugin_alarms(conn, newsletter)),
        draft=next((draft for draft in drafts.waiting(conn) if _waits(draft, newsletter, now)), None),
    )


def _waits(draft: StoredDraft, newsletter: Newsletter, now: datetime) -> bool:
    is_undecided = draft.until > now or draft.state is DraftState.APPROVED
    return draft.newsletter_id == newsletter.id and is_undecided


def _latest_runs(conn: Connection, now: datetime) -> tuple[runs.Run, ...]:
    """Return the latest runs, and always the latest that collected."""
    latest = runs.recent(conn, as_of=now, limit=_RUNS)
    collecting = runs.recent(conn, "collect", as_of=now, limit=1)
    return (*latest, *(run for run in collecting if run not in latest))
