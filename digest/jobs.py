"""What the program does by itself, in jobs made of ids. ``look`` says which are due, ``perform`` does one.

What is due comes out of the store each time, never out of a scheduler's memory: a restart forgets nothing, and of two
processes on one store each may look. An engine only decides where and when a job is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from digest import agenda, pipeline
from digest.alarm import raise_alarm
from digest.deliver import LONGEST_WAIT, Stop
from digest.errors import DigestError, StoreError
from digest.heed import heed_all
from digest.model import Newsletter, Slot
from digest.pipeline import App, gather
from digest.post import post
from digest.settings.chosen import newsletter_of
from digest.store import editions, queue, retention, runs, slots
from digest.store.locks import alone
from digest.store.slots import Fate
from digest.text.duration import duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Visit every source whose time has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Make the slot's edition."""

    newsletter_id: str
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """Send what is due of an edition."""

    edition_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heed:
    """Read what came back into the mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Remove what is too old to keep."""


Job = Collect | Publish | Deliver | Heed | Sweep


class Log(Protocol):
    """Takes down an event: a short name, and what it is about."""

    def __call__(self, event: str, /, **fields: object) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """What a job is done with."""

    app: App
    clock: Callable[[], datetime]
    stop: Stop
    log: Log


#: Sources that are being visited now are waited for before an edition is made, but no longer than this.
_PATIENCE = timedelta(minutes=10)
_SWEEP_EVERY = timedelta(days=1)


# --- what is due -------------------------------------------------------------------------------------------------


def look(app: App, *, now: datetime, log: Log) -> tuple[Job, ...]:
    """The jobs that are due, each as often as it is asked until it is done."""
    jobs: list[Job] = []
    with app.store.read() as conn:
        if app.settings.sources and _is_due(conn, "collect", duration(app.settings.fetch.every), now):
            jobs.append(Collect())
        if app.settings.bounces.host and _is_due(conn, "heed", duration(app.settings.bounces.every), now):
            jobs.append(Heed())
        if _is_due(conn, "sweep", _SWEEP_EVERY, now):
            jobs.append(Sweep())
        jobs += (
            Deliver(edition_id=edition_id) for edition_id in queue.due(conn, now=now, beyond=now + 2 * LONGEST_WAIT)
        )
        is_fresh = Collect() not in jobs and not _is_collecting(conn, app, now)
    slots_due = [job for newsletter in app.settings.newsletters for job in _owed(newsletter, app, now, log)]
    return (*jobs, *(slots_due if is_fresh else ()))


def _owed(newsletter: Newsletter, app: App, now: datetime, log: Log) -> Iterator[Publish]:
    """The newsletter's slot to publish; slots that it is too late for are written off."""
    with app.store.read() as conn:
        owed = agenda.owed(conn, newsletter, now=now)
    if owed is None or owed.missed:
        with app.store.begin() as conn:
            if owed is None:
                agenda.enrol(conn, newsletter, now=now)
                return
            for slot in owed.missed:
                if slots.decide(conn, newsletter.id, slot, Fate.MISSED, at=now):
                    log("missed", newsletter=newsletter.id, slot=slot.key)
    if owed.slot:
        yield Publish(newsletter_id=newsletter.id, slot=owed.slot)


def _is_due(conn: Connection, kind: str, every: timedelta, now: datetime) -> bool:
    """Did the last run of this kind begin that long ago?"""
    last = _last(conn, kind, now)
    return last is None or now - last.started >= every


def _is_collecting(conn: Connection, app: App, now: datetime) -> bool:
    """Are sources being visited? What is under way for too long isn't waited for: its process may have died."""
    last = _last(conn, "collect", now)
    longest = min(_PATIENCE, duration(app.settings.fetch.every) / 2)
    return last is not None and last.ended is None and now - last.started < longest


def _last(conn: Connection, kind: str, now: datetime) -> runs.Run | None:
    return next(iter(runs.recent(conn, kind, by=now, limit=1)), None)


# --- doing it ----------------------------------------------------------------------------------------------------


def perform(job: Job, hands: Hands) -> tuple[Job, ...]:
    """Do the job; the jobs that follow at once. Raises ``DigestError`` for what can't be done now."""
    match job:
        case Collect():
            return _collect(hands)
        case Publish():
            return _publish(job, hands)
        case Deliver():
            return _deliver(job, hands)
        case Heed():
            return _heed(hands)
        case Sweep():
            return _sweep(hands)


def _collect(hands: Hands) -> tuple[Job, ...]:
    app, log = hands.app, hands.log
    if (run_id := _begin(hands, "collect", duration(app.settings.fetch.every))) is None:
        return ()
    with _noted(hands, run_id) as counts:
        gathered = gather(app.settings.sources, app, now=hands.clock(), due_only=True)
        counts |= {"sources": len(gathered.outcomes), "failed": len(gathered.failures), "new": gathered.new}
    for failure in gathered.failures:
        log("source_failed", source=failure.source, url=failure.url, error=failure.error)
    log("collected", **counts)
    _tell_operator(hands, *app.settings.newsletters)
    return ()


def _publish(job: Publish, hands: Hands) -> tuple[Job, ...]:
    log: Log = partial(hands.log, newsletter=job.newsletter_id, slot=job.slot.key)
    newsletter = newsletter_of(hands.app.settings, job.newsletter_id)
    with _noted(hands, _start(hands, "publish", about=newsletter.id)) as counts:
        made = pipeline.publish(newsletter, job.slot, hands.app, now=hands.clock())
        counts |= {"stories": len(made.digest.briefs)} if made.digest else {}
    if made.edition_id is None:
        log("empty")
        _tell_operator(hands, newsletter)
        return ()
    if made.is_new:
        log("published", edition=made.edition_id, **counts)
    for failure in made.missing:
        log("picture_missing", url=failure.url, error=failure.error)
    return (Deliver(edition_id=made.edition_id),)


def _deliver(job: Deliver, hands: Hands) -> tuple[Job, ...]:
    with _noted(hands, _start(hands, "deliver", about=_newsletter_of(job, hands))) as counts:
        tally = post(job.edition_id, hands.app, clock=hands.clock, stop=hands.stop)
        counts |= {str(outcome): count for outcome, count in sorted(tally.counts.items())}
    hands.log("delivered" if tally.is_final else "delivering", edition=job.edition_id, **counts)
    return ()


def _newsletter_of(job: Deliver, hands: Hands) -> str:
    with hands.app.store.read() as conn:
        found = editions.get(conn, job.edition_id)
    return found.edition.newsletter_id if found else ""


def _heed(hands: Hands) -> tuple[Job, ...]:
    from digest.bounces.imap import unread_mails  # only who has a mailbox pays for imaplib

    app = hands.app
    if (run_id := _begin(hands, "heed", duration(app.settings.bounces.every))) is None:
        return ()
    with _noted(hands, run_id) as counts:
        for heard in heed_all(unread_mails(app.settings.bounces), app.store, app.settings, clock=hands.clock):
            counts[heard.kind] = counts.get(heard.kind, 0) + 1
            hands.log("heard", kind=str(heard.kind), address=heard.address, done=heard.done)
            if hands.stop.is_set():
                break
    return ()


def _sweep(hands: Hands) -> tuple[Job, ...]:
    if (run_id := _begin(hands, "sweep", _SWEEP_EVERY)) is None:
        return ()
    now, kept = hands.clock(), hands.app.settings.retention
    text, edition = now - duration(kept.text), now - duration(kept.editions)
    with _noted(hands, run_id) as counts:
        counts |= {
            "texts": _all(hands, partial(retention.forget_text, before=text)),
            "wordings": _all(hands, partial(retention.forget_wordings, before=text)),
            "furniture": _all(hands, partial(retention.forget_furniture, before=text)),
            "deliveries": _all(hands, partial(retention.forget_deliveries, before=edition)),
            "editions": _all(hands, partial(retention.forget_editions, before=edition)),
            "runs": _all(hands, partial(retention.forget_runs, before=text)),
        }
    hands.log("swept", **counts)
    return ()


def _all(hands: Hands, forget_some: Callable[[Connection], int]) -> int:
    """Piece by piece, so that nobody waits long for the store."""
    total = 0
    while not hands.stop.is_set():
        with hands.app.store.begin() as conn:
            forgotten = forget_some(conn)
        total += forgotten
        if not forgotten:
            break
    return total


def _begin(hands: Hands, kind: str, every: timedelta) -> int | None:
    """A run of what is done now and then; None if another process was faster to begin it."""
    now = hands.clock()
    with hands.app.store.begin() as conn:
        alone(conn, kind)
        return runs.start(conn, kind, at=now) if _is_due(conn, kind, every, now) else None


def _start(hands: Hands, kind: str, *, about: str) -> int:
    """A run of what is done when it is due."""
    with hands.app.store.begin() as conn:
        return runs.start(conn, kind, at=hands.clock(), about=about)


@contextmanager
def _noted(hands: Hands, run_id: int) -> Iterator[dict[str, int]]:
    """How the run ends goes into the history, with the figures that it fills in."""
    counts: dict[str, int] = {}
    try:
        yield counts
    except Exception:
        with suppress(StoreError):  # what went wrong first is what matters
            _end(hands, run_id, "failed", counts)
        raise
    _end(hands, run_id, "done", counts)


def _end(hands: Hands, run_id: int, outcome: str, counts: dict[str, int]) -> None:
    with hands.app.store.begin() as conn:
        runs.finish(conn, run_id, outcome, at=hands.clock(), counts=counts)


def _tell_operator(hands: Hands, *newsletters: Newsletter) -> None:
    """An alarm that can't be sent is no reason to fail."""
    for newsletter in newsletters:
        try:
            alarm = raise_alarm(newsletter, hands.app, now=hands.clock())
        except DigestError as error:
            hands.log("alarm_failed", newsletter=newsletter.id, error=str(error))
        else:
            if alarm:
                hands.log("alarm", newsletter=newsletter.id, message=alarm.message)
