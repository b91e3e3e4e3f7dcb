"""Deliveries within a rate that all workers share: each reserves a slice of time in the store before it sends."""

from __future__ import annotations

import time
from datetime import timedelta

from digest.jobs.context import JobContext
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.outbox import Tally
from digest.store import fleet

#: A slice is short: what a worker has reserved when it dies is lost to the others.
_SLICE = timedelta(seconds=30)
_NAME = "mails"
_POLL_S = 0.2


def deliver_part(edition_id: int, context: JobContext, *, mails: int) -> Tally:
    """Send at most ``mails`` of the edition, with others in the rate of ``[smtp] rate_per_minute``."""
    rate = context.app.settings.smtp.rate_per_minute
    slice_mails = mails if rate is None else max(min(mails, int(rate * _SLICE / timedelta(minutes=1))), 1)
    sent = 0
    while True:
        if rate is not None:
            _wait_for_turn(context, timedelta(minutes=slice_mails / rate))
        tally = deliver_edition(
            edition_id, context.app, clock=context.clock, stop=context.stop, limit=min(slice_mails, mails - sent)
        )
        sent += slice_mails
        is_due = tally.next_try is not None and tally.next_try <= context.clock()
        if not is_due or sent >= mails or tally.is_suspected or context.stop.is_set():
            return tally


def _wait_for_turn(context: JobContext, duration: timedelta) -> None:
    """Reserve the time that a slice takes, and wait until it begins."""
    with context.app.store.begin() as conn:
        start = fleet.reserve(conn, _NAME, duration, now=context.clock())
    while context.clock() < start and not context.stop.is_set():
        time.sleep(_POLL_S)
