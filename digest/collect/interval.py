"""When a source is visited again: as often as it brings news, and less and less often while it fails. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from digest.model import Entry, Failure
from digest.model.protocols import Collected, FetchInterval

#: However rarely a source brings news, what it brings should make the next edition.
_RAREST = timedelta(hours=4)
#: However long a source has been failing, someone may mend it.
_PATIENCE = timedelta(days=1)
#: A page that can't be had is asked for no longer: its article is no news then.
_NEWS = timedelta(days=2)
#: The newest entries tell a feed's rhythm.
_NEWEST = 12
#: Each time that nothing is new the pause grows by this.
_SLOWER = 1.25
#: Visits come up to this share of their pause earlier, so that sources that began together part.
_JITTER = 0.2


def next_interval(
    source_id: str, outcome: Collected | Failure, before: FetchInterval, *, every: timedelta, now: datetime
) -> FetchInterval:
    """The pace after a visit; ``every`` is how often sources are visited at most."""
    if isinstance(outcome, Failure):
        if before.failures and outcome.retry_at and before.next_fetch and outcome.retry_at <= before.next_fetch:
            return before  # it was left in peace, as it had asked: that is no failure more
        failures = before.failures + 1
        # Capped before the power is: a source may fail for years.
        wait = min(every * 2 ** min(failures - 1, 20), _PATIENCE)
        at = now + _earlier(wait, source_id, now)
        return FetchInterval(
            failures=failures,
            interval_s=before.interval_s,
            next_fetch=max(at, outcome.retry_at) if outcome.retry_at else at,
        )
    if outcome.unchanged or not outcome.entries:
        pause = timedelta(seconds=before.interval_s or every.total_seconds()) * _SLOWER
    else:
        pause = _rhythm(outcome.entries, now) / 2
    pause = max(min(pause, _RAREST), every)
    return FetchInterval(interval_s=round(pause.total_seconds()), next_fetch=now + _earlier(pause, source_id, now))


def next_page_attempt(first: datetime, *, now: datetime, retry_at: datetime | None = None) -> datetime | None:
    """When a page is asked for again that couldn't be had since ``first``; None if not.

    Each pause is as long as all before, and the first is over with the next visit.
    """
    at = max(now + (now - first), retry_at or now)
    return at if at - first <= _NEWS else None


def _rhythm(entries: Sequence[Entry], now: datetime) -> timedelta:
    """How long it usually takes the source to bring something new; nothing where its dates don't say."""
    dates = sorted({entry.published for entry in entries if entry.published and entry.published <= now})[-_NEWEST:]
    if len(dates) < 3:
        return timedelta()
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(dates))
    # One that has been silent for longer than usual is on holiday.
    return timedelta(seconds=max(gaps[len(gaps) // 2], (now - dates[-1]).total_seconds() / 4))


def _earlier(pause: timedelta, source_id: str, now: datetime) -> timedelta:
    """The pause, a little shorter, and differently so for each source and visit; the same on every machine."""
    dice = hashlib.blake2b(f"{source_id} {now.timestamp()}".encode(errors="replace"), digest_size=4).digest()
    return pause * (1 - _JITTER * int.from_bytes(dice, "big") / 2**32)
