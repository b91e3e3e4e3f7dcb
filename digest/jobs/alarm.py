"""A newsletter that has fallen silent: who has to know hears of it, once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from itertools import takewhile

from sqlalchemy import Connection

from digest.model import Newsletter, Slot
from digest.model.mailbox import Mailbox
from digest.model.protocols import Message
from digest.pipeline.app import App
from digest.pipeline.deliver import send_message
from digest.pipeline.newsletter import sender_of, sources_of
from digest.settings import Settings
from digest.store import runs, slots, sources
from digest.store.locks import advisory_lock
from digest.store.slots import SlotStatus
from digest.text.time_format import utc_time

#: A network that is gone for a moment breaks all sources at once, and is no news.
_BLIP = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What is wrong with a newsletter, and since when."""

    newsletter_id: str
    message: str
    since: datetime


def find_alarm(conn: Connection, newsletter: Newsletter, settings: Settings, *, now: datetime) -> Alarm | None:
    """What is wrong with the newsletter; None if it is well."""
    return _broken(conn, newsletter, settings, now) or _silent(conn, newsletter, settings.operator.alarm_after, now)


def send_alarm(newsletter: Newsletter, app: App, *, now: datetime) -> Alarm | None:
    """Tell the operator if the newsletter is in trouble and that wasn't told yet; what was told now."""
    operator = app.settings.operator.address
    if not operator:
        return None
    with app.store.begin() as conn:
        advisory_lock(conn, "alarm")
        alarm = find_alarm(conn, newsletter, app.settings, now=now)
        if alarm is None or _was_told(conn, alarm, now):
            return None
        run_id = runs.start(conn, "alarm", at=now, about=newsletter.id)
    outcome = "failed"
    try:
        send_message(_letter(alarm, newsletter, operator, now), app.mailer())
        outcome = "sent"
    finally:
        with app.store.begin() as conn:
            runs.finish(conn, run_id, outcome, at=now)
    return alarm


def _silent(conn: Connection, newsletter: Newsletter, most: int, now: datetime) -> Alarm | None:
    """The latest editions had nothing new. One that was missed says nothing either way."""
    fates: Mapping[Slot, SlotStatus] = slots.statuses(conn, newsletter.id, as_of=now)
    spoken = [slot for slot in reversed([*fates]) if fates[slot] in {SlotStatus.EMPTY, SlotStatus.PUBLISHED}]
    empty = list(takewhile(lambda slot: fates[slot] is SlotStatus.EMPTY, spoken))
    if len(empty) < most:
        return None
    since = empty[-1]
    message = f"nothing new for {len(empty)} editions in a row, since that of {since.key}"
    return Alarm(newsletter_id=newsletter.id, message=message, since=since.due)


def _broken(conn: Connection, newsletter: Newsletter, settings: Settings, now: datetime) -> Alarm | None:
    """Not one of its sources can be read."""
    wanted = sources_of(newsletter, settings)
    healths = {health.id: health for health in sources.health(conn)}
    failing = [healths[source.id] for source in wanted if source.id in healths and healths[source.id].error]
    began = max((health.failing_since for health in failing if health.failing_since), default=now)
    if not wanted or len(failing) < len(wanted) or now - began < _BLIP:
        return None
    what = "its only source can't" if len(wanted) == 1 else f"none of its {len(wanted)} sources can"
    message = f"{what} be read since {utc_time(began)}: {failing[0].id}: {failing[0].error}"
    return Alarm(newsletter_id=newsletter.id, message=message, since=began)


def _was_told(conn: Connection, alarm: Alarm, now: datetime) -> bool:
    """Another process that is at it counts, for a while: it may have died."""
    last = next(iter(runs.recent(conn, "alarm", about=alarm.newsletter_id, as_of=now, limit=1)), None)
    if last is None or last.started < alarm.since:
        return False
    return last.outcome == "sent" or now - last.started < _BLIP


def _letter(alarm: Alarm, newsletter: Newsletter, to: Mailbox, now: datetime) -> Message:
    sender = sender_of(newsletter)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender.address
    mail["To"] = to.address
    mail["Subject"] = f"digest: newsletter {newsletter.id!r} is silent"
    mail["Date"] = now
    mail["Message-ID"] = message_id = f"<{uuid.uuid4().hex}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{newsletter.title}: {alarm.message}\n\n'digest status' and 'digest check' tell more.\n")
    pieces = (mail.as_bytes(),)
    return Message(id=0, message_id=message_id, sender=sender.address, recipient=to.address, chunks=pieces)
