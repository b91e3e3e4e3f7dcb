"""Dates as feeds, pages and files write them, read into aware UTC. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def parse_date(text: str) -> datetime | None:
    """ISO 8601 or RFC 822, to the second; what names no zone is UTC; None where it is neither."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return as_utc(read(text.strip())).replace(microsecond=0)
        except (ValueError, OverflowError):
            continue
    return None


def as_utc(instant: datetime) -> datetime:
    """The same instant in UTC; one without a zone is taken to be UTC."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
