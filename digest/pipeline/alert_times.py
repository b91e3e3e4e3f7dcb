"""Times of alerts: how old reports may be, and when an alert has to wait. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import slots as schedule
from digest.text.time_format import local_time

#: Between two alerts, at least.
MIN_DISTANCE = timedelta(hours=1)
#: A digest that is due so soon has the story, and no alert is sent before it.
BEFORE_DIGEST = timedelta(hours=1)


def earliest_report(newsletter: Newsletter, now: datetime) -> datetime:
    """When a surge may have been complete at the earliest. Quiet hours that are just over don't count."""
    earliest = now - newsletter.alert_within
    quiet, zone = newsletter.alert_quiet, newsletter.timezone
    return quiet.start_before(earliest, zone) if quiet and quiet.contains(earliest, zone) else earliest


def reason_to_wait(newsletter: Newsletter, sent: Sequence[Slot], *, now: datetime) -> str:
    """Why no alert may be sent now; empty if one may. ``sent`` are the slots of alerts of the last two days."""
    zone = newsletter.timezone
    if newsletter.alert_quiet and newsletter.alert_quiet.contains(now, zone):
        return f"quiet hours ({newsletter.alert_quiet})"
    if len(of_day(newsletter, sent, now=now)) >= newsletter.alerts_per_day:
        alerts = "1 alert" if newsletter.alerts_per_day == 1 else f"{newsletter.alerts_per_day} alerts"
        return f"{alerts} were sent today, as many as alerts_per_day allows"
    if any(abs(now - slot.due) < MIN_DISTANCE for slot in sent):
        return "the last alert was sent less than an hour ago"
    upcoming = schedule.upcoming(newsletter.schedule, zone, now)
    if upcoming.due - now <= BEFORE_DIGEST:
        return f"the digest of {local_time(upcoming.due, zone)} comes within the hour"
    return ""


def next_slot(newsletter: Newsletter, sent: Sequence[Slot], *, now: datetime) -> Slot:
    """The slot of an alert that is sent now. Two processes that decide at once get the same key."""
    number = len(of_day(newsletter, sent, now=now)) + 1
    return Slot.of_alert(now, now.astimezone(newsletter.timezone).date(), number)


def of_day(newsletter: Newsletter, sent: Sequence[Slot], *, now: datetime) -> list[Slot]:
    """The alerts of today, by the newsletter's calendar."""
    today = now.astimezone(newsletter.timezone).date()
    return [slot for slot in sent if slot.day == today]
