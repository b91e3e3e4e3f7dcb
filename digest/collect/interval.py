"""Adaptive fetch intervals: from the dates of a feed's entries, with exponential backoff while it fails. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from digest.model.articles import Entry
from digest.model.failures import Failure
from digest.model.protocols import Collected, FetchInterval

#: A source that rarely has news is still fetched in time for the next edition.
_MAX_INTERVAL = timedelta(hours=4)
_MAX_BACKOFF = timedelta(days=1)
#: A page is retried no longer: its article is no news then.
_MAX_PAGE_AGE = timedelta(days=2)
#: The newest entries determine the publishing frequency.
_NEWEST_COUNT = 12
#: The interval grows by this factor with each fetch without new entries.
_UNCHANGED_FACTOR = 1.25
#: Fetches are up to this share of their interval early, so that sources added together spread out.
_JITTER = 0.2


def next_interval(
    source_id: str, outcome: Collected | Failure, before: FetchInterval, *, every: timedelta, now: datetime
) -> FetchInterval:
    """The interval after a fetch; ``every`` is the minimum."""
    if isinstance(outcome, Failure):
        return _backoff(source_id, outcome, before, every=every, now=now)
    if outcome.unchanged or not outcome.entries:
        interval = timedelta(seconds=before.interval_s or every.total_seconds()) * _UNCHANGED_FACTOR
    else:
        interval = _publishing_interval(outcome.entries, now) / 2
    interval = max(min(interval, _MAX_INTERVAL), every)
    next_fetch = now + _with_jitter(interval, source_id, now)
    return FetchInterval(interval_s=round(interval.total_seconds()), next_fetch=next_fetch)


def _backoff(
    source_id: str, failure: Failure, before: FetchInterval, *, every: timedelta, now: datetime
) -> FetchInterval:
    """Exponential backoff with jitter; not before the time that the server asked for."""
    if before.failures and failure.retry_at and before.next_fetch and failure.retry_at <= before.next_fetch:
        return before  # no request was made, as the server had asked: that is no further failure
    failures = before.failures + 1
    # The exponent is capped as well: a source may fail for years.
    backoff = min(every * 2 ** min(failures - 1, 20), _MAX_BACKOFF)
    next_fetch = now + _with_jitter(backoff, source_id, now)
    if failure.retry_at:
        next_fetch = max(next_fetch, failure.retry_at)
    return FetchInterval(failures=failures, interval_s=before.interval_s, next_fetch=next_fetch)


def next_page_attempt(first: datetime, *, now: datetime, retry_at: datetime | None = None) -> datetime | None:
    """The next attempt to fetch a page that has failed since ``first``; None after the last.

    Each wait is as long as all before together; the first one ends with the source's next fetch.
    """
    attempt = max(now + (now - first), retry_at or now)
    return attempt if attempt - first <= _MAX_PAGE_AGE else None


def _publishing_interval(entries: Sequence[Entry], now: datetime) -> timedelta:
    """Median time between the newest entries; zero if there are too few dates."""
    dates = sorted({entry.published for entry in entries if entry.published and entry.published <= now})
    dates = dates[-_NEWEST_COUNT:]
    if len(dates) < 3:
        return timedelta()
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(dates))
    # A feed that has been silent for longer than usual pauses, as on holidays.
    return timedelta(seconds=max(gaps[len(gaps) // 2], (now - dates[-1]).total_seconds() / 4))


def _with_jitter(interval: timedelta, source_id: str, now: datetime) -> timedelta:
    """The interval, shortened by a pseudo-random share that depends on source and time only."""
    digest = hashlib.blake2b(f"{source_id} {now.timestamp()}".encode(errors="replace"), digest_size=4).digest()
    return interval * (1 - _JITTER * int.from_bytes(digest, "big") / 2**32)
