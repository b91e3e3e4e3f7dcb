"""Alarms: mails to the operator about problems, each sent once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP

from sqlalchemy import Connection

from digest.jobs.plugin_problems import find_plugin_alarms
from digest.jobs.problems import MIN_FAILURE, Alarm, find_alarms, find_service_alarms
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.pipeline.app import App
from digest.pipeline.deliver import send_message
from digest.pipeline.newsletter import sender_of
from digest.store import runs
from digest.store.locks import advisory_lock


def send_alarms(newsletter: Newsletter, app: App, *, now: datetime) -> Iterator[Alarm]:
    """Mail the newsletter's and the installation's problems to the operator, each once; yield those mailed."""
    operator = app.settings.operator.address
    if not operator:
        return
    with app.store.begin() as conn:
        advisory_lock(conn, "alarm")
        problems = (
            *find_alarms(conn, newsletter, app.settings, now=now),
            *find_plugin_alarms(conn, newsletter),
            *find_service_alarms(conn, app.settings, now=now),
        )
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


def _was_sent(conn: Connection, alarm: Alarm, now: datetime) -> bool:
    """Whether the alarm was sent, or another process is sending it. That counts for a while only: it may have died."""
    last = next(iter(runs.recent(conn, "alarm", about=alarm.about, as_of=now, limit=1)), None)
    if last is None or last.started < alarm.since:
        return False
    return last.outcome == "sent" or now - last.started < MIN_FAILURE


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
