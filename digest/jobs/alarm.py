"""Alarms: mails to the operator, each sent once.

They are about a newsletter whose sources fail, that has nothing new, or whose mails were refused, and about a secret
that can be guessed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import takewhile

from sqlalchemy import Connection

from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.model.slots import Slot
from digest.pipeline.app import App
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.deliver import send_message
from digest.pipeline.delivery_problem import find_delivery_problem
from digest.pipeline.newsletter import sender_of
from digest.settings import Settings, WebSettings
from digest.settings.types import WEAK_KEY_HINT
from digest.store import runs, slots
from digest.store.locks import advisory_lock
from digest.store.slots import SlotStatus

#: A short network failure breaks all sources at once and is no reason for an alarm.
_MIN_FAILURE = timedelta(hours=1)


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
    """The newsletter's problems: at most one of its deliveries, and one of its sources or editions."""
    silence = _failing_sources(conn, newsletter, settings, now) or _empty_editions(
        conn, newsletter, settings.operator.alarm_after, now
    )
    return tuple(alarm for alarm in (_failed_delivery(conn, newsletter), silence) if alarm)


def send_alarms(newsletter: Newsletter, app: App, *, now: datetime) -> Iterator[Alarm]:
    """Mail the newsletter's problems to the operator, unless that was done before; yield each that was mailed."""
    operator = app.settings.operator.address
    if not operator:
        return
    with app.store.begin() as conn:
        advisory_lock(conn, "alarm")
        problems = (*find_alarms(conn, newsletter, app.settings, now=now), *_weak_secret(app.settings.web))
        alarms = [alarm for alarm in problems if not _was_sent(conn, alarm, now)]
        run_ids = [runs.start(conn, "alarm", at=now, about=alarm.about) for alarm in alarms]
    for alarm, run_id in zip(alarms, run_ids, strict=True):
        outcome = "failed"
        try:
            send_message(_message(alarm, newsletter, operator, now), app.mailer())
            outcome = "sent"
        finally:
            with app.store.begin() as conn:
                runs.finish(conn, run_id, outcome, at=now)
        yield alarm


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


def _failed_delivery(conn: Connection, newsletter: Newsletter) -> Alarm | None:
    problem = find_delivery_problem(conn, newsletter.id)
    if problem is None:
        return None
    return Alarm(
        newsletter_id=newsletter.id,
        subject="was not delivered",
        message=problem.message,
        since=problem.since,
        hint=f"What to do: {problem.hint}",
        topic="delivery",
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


def _failing_sources(conn: Connection, newsletter: Newsletter, settings: Settings, now: datetime) -> Alarm | None:
    """None of its sources can be read, for long enough to count."""
    failure = find_collect_failure(conn, newsletter, settings, now=now)
    if failure is None or now - failure.since < _MIN_FAILURE:
        return None
    return Alarm(newsletter_id=newsletter.id, subject="is silent", message=failure.message, since=failure.since)


def _was_sent(conn: Connection, alarm: Alarm, now: datetime) -> bool:
    """Whether the alarm was sent, or another process is sending it. That counts for a while only: it may have died."""
    last = next(iter(runs.recent(conn, "alarm", about=alarm.about, as_of=now, limit=1)), None)
    if last is None or last.started < alarm.since:
        return False
    return last.outcome == "sent" or now - last.started < _MIN_FAILURE


def _message(alarm: Alarm, newsletter: Newsletter, to: Mailbox, now: datetime) -> Message:
    sender = sender_of(newsletter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender.address
    mail["To"] = to.address
    about = f"newsletter {newsletter.id!r} " if alarm.newsletter_id else ""
    mail["Subject"] = f"digest: {about}{alarm.subject}"
    mail["Date"] = now
    mail["Message-ID"] = message_id = f"<{uuid.uuid4().hex}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    title = f"{newsletter.title}: " if alarm.newsletter_id else ""
    mail.set_content(f"{title}{alarm.message}\n\n{alarm.hint}\n")
    pieces = (mail.as_bytes(),)
    return Message(id=0, message_id=message_id, sender=sender.address, recipient=to.address, chunks=pieces)
