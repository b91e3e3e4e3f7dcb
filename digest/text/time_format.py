"""Formats of dates and times: ISO 8601 for programs; UTC, or a newsletter's own time zone, for people."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def iso_utc(moment: datetime | None, *, timespec: str = "seconds") -> str:
    """``2026-03-29T05:00:00Z``, for JSON and logs; empty for None. ``timespec`` is that of ``datetime.isoformat``."""
    if moment is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec=timespec).replace("+00:00", "Z")


def utc_time(moment: datetime) -> str:
    """``2026-03-29 05:00 UTC``"""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def utc_date(moment: datetime) -> str:
    """``2026-03-29``"""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def local_time(moment: datetime, zone: tzinfo) -> str:
    """``Sun 2026-03-29 07:00``; the caller names the zone."""
    return f"{moment.astimezone(zone):%a %Y-%m-%d %H:%M}"


def short_local_time(moment: datetime, zone: tzinfo) -> str:
    """``29 Mar 07:00``"""
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %H:%M}"


def long_local_date(moment: datetime, zone: tzinfo) -> str:
    """``Sunday 29 March 2026``"""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}"
