"""When articles are visited again: after hours, after days, and before the watch ends; spread by their ids. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b

from digest.model.corrections import WATCH_PERIOD

#: Earliest and latest time of each visit after an edition quoted the article.
_VISITS = (
    (timedelta(hours=6), timedelta(hours=24)),
    (timedelta(days=3), timedelta(days=4)),
    (timedelta(days=10), timedelta(days=13)),
)


def next_visit(article_id: str, *, told: datetime, visits: int, now: datetime) -> datetime | None:
    """The time of the next visit after so many; None after the last.

    Visits that were missed, because the program was down, are left out.
    """
    for number, (earliest, latest) in enumerate(_VISITS[visits:], start=visits):
        at = told + earliest + (latest - earliest) * _share(article_id, number)
        if at > now:
            return at
    return None


def retry_at(wanted: datetime, *, told: datetime) -> datetime | None:
    """A visit put off by its server; None if the watch is over then."""
    return wanted if wanted < told + WATCH_PERIOD else None


def _share(article_id: str, number: int) -> float:
    """A pseudo-random share that depends on the article and the visit only."""
    digest = blake2b(f"{article_id} {number}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32
