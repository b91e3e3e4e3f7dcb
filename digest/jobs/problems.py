"""Problems that the operator must hear of: of a newsletter, or of the whole installation."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection

from digest.jobs.types import CheckAlerts, ProcessBounces
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.correction_status import held_corrections_problem
from digest.pipeline.delivery_problem import find_delivery_problem, find_partial_failure
from digest.settings import Settings, WebSettings
from digest.settings.types import WEAK_KEY_HINT
from digest.store import drafts, runs, slots, subscription_requests
from digest.store.slots import SlotStatus
from digest.store.url import store_file
from digest.text.time_format import utc_time

#: A short network failure breaks all sources at once and is no reason for an alarm.
MIN_FAILURE = timedelta(hours=1)


#: Room on the store's disk, at least: a busy day of a large newsletter writes less.
_MIN_FREE_BYTES = 100_000_000
#: A problem that goes on is mailed again after this long.
_REMINDER = timedelta(days=1)
#: A mail server that is asked to come back later gets this long.
_MAIL_DELAY = timedelta(minutes=5)
#: Requests to subscribe wait for an hour at most, unless there are too many.
_MAX_WAIT = timedelta(hours=2)
#: Runs looked at: of a day, if the mailbox is read every five minutes.
_MAX_RUNS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A problem, and its beginning."""

    #: Empty for a problem of all newsletters.
    newsletter_id: str
    #: The rest of the subject, after the newsletter.
    subject: str
    message: str
    since: datetime
    #: What to do.
    hint: str = "'digest status' and 'digest check' tell more."
    #: In the run history, after the newsletter: alarms are sent once for each topic.
    topic: str = ""

    @property
    def about(self) -> str:
        """The alarm in the run history."""
        return f"{self.newsletter_id} {self.topic}".strip()


def find_alarms(conn: Connection, newsletter: Newsletter, settings: Settings, *, now: datetime) -> tuple[Alarm, ...]:
    """The newsletter's problems: at most one of its deliveries, one of its sources or editions, one of its alerts."""
    silence = _failing_sources(conn, newsletter, settings, now) or _empty_editions(
        conn, newsletter, settings.operator.alarm_after, now
    )
    draft = _unmailed_draft(conn, newsletter, now)
    alarms = (_failed_delivery(conn, newsletter), silence, draft, _alert_flood(conn, newsletter, now))
    return tuple(alarm for alarm in alarms if alarm)


def find_problem_of_disk(url: str) -> str:
    """Why the store may soon be unable to grow; empty if there is room, and for a database server."""
    file = store_file(url)
    if file is None:
        return ""
    try:
        free = shutil.disk_usage(file.parent).free
    except OSError:  # opening the store says what is wrong
        return ""
    if free >= _MIN_FREE_BYTES:
        return ""
    return f"only {free // 1_000_000} MB are free at {file.parent}, where the store is"


def find_service_alarms(conn: Connection, settings: Settings, *, now: datetime) -> tuple[Alarm, ...]:
    """Problems of the installation: its secret, its disk, its mailbox for bounces, requests to subscribe."""
    return (
        *_weak_secret(settings.web),
        *_full_disk(settings.store.url, now),
        *_unreadable_mailbox(conn, settings, now),
        *_waiting_requests(conn, now),
        *_held_corrections(conn, settings, now),
    )


def _held_corrections(conn: Connection, settings: Settings, now: datetime) -> Iterator[Alarm]:
    """A source changed its pages, or they are read wrongly: no edition reports its corrections."""
    if message := held_corrections_problem(conn, settings, now=now):
        yield Alarm(
            newsletter_id="",
            subject="corrections are held",
            message=message,
            since=now - _REMINDER,
            hint="What to do: look at them with 'digest editions corrections', and --release those that are true.",
            topic="corrections",
        )


def _waiting_requests(conn: Connection, now: datetime) -> Iterator[Alarm]:
    """Requests to subscribe have waited for longer than the limits of an hour explain."""
    waiting = subscription_requests.count_waiting(conn, since=now - _MAX_WAIT)
    if waiting:
        requests = "a request" if waiting == 1 else f"{waiting} requests"
        yield Alarm(
            newsletter_id="",
            subject="requests to subscribe wait",
            message=f"{requests} to subscribe got no confirmation mail for more than two hours",
            since=now - _REMINDER,
            hint="What to do: see that pages are served and that mail is sent. If programs ask, let them wait;"
            " if readers do, raise [web] confirmations_per_hour.",
            topic="requests",
        )


def _weak_secret(web: WebSettings) -> Iterator[Alarm]:
    if web.secret_problem:
        yield Alarm(
            newsletter_id="",
            subject="the secret that signs mails can be guessed",
            message=web.secret_problem,
            since=datetime.min.replace(tzinfo=UTC),
            hint=f"What to do: {WEAK_KEY_HINT}.",
            topic="web secret",
        )


def _full_disk(url: str, now: datetime) -> Iterator[Alarm]:
    if message := find_problem_of_disk(url):
        yield Alarm(
            newsletter_id="",
            subject="the disk is nearly full",
            message=message,
            since=now - _REMINDER,
            hint="What to do: make room there; without it nothing can be collected or sent.",
            topic="disk",
        )


def _unreadable_mailbox(conn: Connection, settings: Settings, now: datetime) -> Iterator[Alarm]:
    """The mailbox for bounces could not be read for long enough to count."""
    if not settings.bounces.host:
        return
    latest = runs.recent(conn, ProcessBounces.kind, as_of=now, limit=_MAX_RUNS)
    failed = list(takewhile(lambda run: run.outcome == "failed", (run for run in latest if run.ended)))
    if not failed or now - failed[-1].started < MIN_FAILURE:
        return
    reason = f": {failed[0].reason}" if failed[0].reason else ""
    yield Alarm(
        newsletter_id="",
        subject="the mailbox for bounces can't be read",
        message=f"the mailbox for bounces can't be read since {utc_time(failed[-1].started)}{reason}",
        since=failed[-1].started,
        hint="What to do: check [bounces] with 'digest check'. Who unsubscribes by mail waits until then.",
        topic="mailbox",
    )


def _failed_delivery(conn: Connection, newsletter: Newsletter) -> Alarm | None:
    problem = find_delivery_problem(conn, newsletter.id)
    if problem is None:
        return _partial_failure(conn, newsletter)
    return Alarm(
        newsletter_id=newsletter.id,
        subject="was not delivered",
        message=problem.message,
        since=problem.since,
        hint=f"What to do: {problem.hint}",
        topic="delivery",
    )


def _unmailed_draft(conn: Connection, newsletter: Newsletter, now: datetime) -> Alarm | None:
    """The editor did not get the mail about a draft that waits."""
    waiting = [draft for draft in drafts.to_mail(conn, now=now, before=now) if draft.newsletter_id == newsletter.id]
    if not newsletter.editor or not waiting or now - waiting[0].composed < _MAIL_DELAY:
        return None
    draft = waiting[0]
    return Alarm(
        newsletter_id=newsletter.id,
        subject="could not mail a draft to its editor",
        message=f"the mail about the draft for {draft.slot.key} could not be sent",
        since=draft.composed,
        hint=f"What to do: 'digest editions draft -n {newsletter.id}' shows it; see [smtp] with 'digest check'.",
        topic="draft",
    )


def _partial_failure(conn: Connection, newsletter: Newsletter) -> Alarm | None:
    problem = find_partial_failure(conn, newsletter.id)
    if problem is None:
        return None
    return Alarm(
        newsletter_id=newsletter.id,
        subject="reached few of its readers",
        message=problem.message,
        since=problem.since,
        hint=f"What to do: {problem.hint}",
        topic="partial delivery",
    )


def _empty_editions(conn: Connection, newsletter: Newsletter, limit: int, now: datetime) -> Alarm | None:
    """At least ``limit`` editions in a row had nothing new; missed ones don't count."""
    statuses: Mapping[Slot, SlotStatus] = slots.statuses(conn, newsletter.id, as_of=now)
    composed = {SlotStatus.EMPTY, SlotStatus.PUBLISHED}
    latest_first = [slot for slot in reversed([*statuses]) if statuses[slot] in composed]
    empty = list(takewhile(lambda slot: statuses[slot] is SlotStatus.EMPTY, latest_first))
    if len(empty) < limit:
        return None
    first = empty[-1]
    message = f"nothing new for {len(empty)} editions in a row, since that of {first.key}"
    return Alarm(newsletter_id=newsletter.id, subject="is silent", message=message, since=first.due)


def _alert_flood(conn: Connection, newsletter: Newsletter, now: datetime) -> Alarm | None:
    """On the last day, so many stories looked like alerts at once that none was sent."""
    if not newsletter.alert:
        return None
    recent = runs.recent(conn, CheckAlerts.kind, about=newsletter.id, as_of=now, limit=_MAX_RUNS)
    flood = next((run for run in recent if run.counts.get("flood") and now - run.started < _REMINDER), None)
    if flood is None:
        return None
    number, time = flood.counts["flood"], utc_time(flood.started)
    return Alarm(
        newsletter_id=newsletter.id,
        subject="sent no alert",
        message=f"{number} stories would have been alerts at once ({time}): none was sent",
        since=flood.started,
        hint="What to do: look at 'digest preview --alert --explain'. If its stories are right, raise alert_outlets"
        " or name a narrower topic; if not, see whether a source gives wrong dates.",
        topic="alerts",
    )


def _failing_sources(conn: Connection, newsletter: Newsletter, settings: Settings, now: datetime) -> Alarm | None:
    """None of its sources can be read, for long enough to count."""
    failure = find_collect_failure(conn, newsletter, settings, now=now)
    if failure is None or now - failure.since < MIN_FAILURE:
        return None
    return Alarm(newsletter_id=newsletter.id, subject="is silent", message=failure.message, since=failure.since)
