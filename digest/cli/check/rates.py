"""Checks of rates: can all mails of an edition be sent before the next one is due?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from digest.cli.check.findings import Finding, note
from digest.model.errors import DigestError
from digest.settings import Settings


def check_rates(settings: Settings) -> Iterator[Finding]:
    """Find rates that are too low for a newsletter's subscribers and schedule."""
    from digest.pipeline.rate_status import late_rates
    from digest.store import open_store

    if not (settings.smtp.rate_per_minute or settings.recipient_domains):
        return
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            late = [*late_rates(conn, settings, now=datetime.now(UTC))]
    except DigestError:  # the check of the store reports it
        return
    for rate in late:
        recipients = f"{rate.recipients} recipients" + (f" at {rate.provider}" if rate.provider else "")
        section = "[[recipient_domains]]" if rate.provider else "[smtp]"
        message = f"{recipients} take {_hours(rate.duration)} at {rate.rate_per_minute} a minute"
        yield note(
            f"newsletter {rate.newsletter_id}",
            f"{message}, and the next edition is due after {_hours(rate.interval)}",
            f"raise rate_per_minute in {section}, or publish less often",
        )


def _hours(duration: timedelta) -> str:
    """``3.5 hours``, or minutes of less than two hours."""
    minutes = duration.total_seconds() / 60
    if round(minutes) == 1:
        return "a minute"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
