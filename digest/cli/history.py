"""History of sources and newsletters by day, for a terminal and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from digest.pipeline.history import NewsletterDay
from digest.store.source_history import SourceDay
from digest.text.sparkline import BLOCKS, sparkline

#: Days that ``digest sources show`` and ``digest status`` tell of.
DAYS = 30


def summary(days: Sequence[SourceDay]) -> str:
    """``last 30 days: 42 entries, 2880 fetches, 3 failed, 0.42 s each``"""
    fetches = sum(day.fetches for day in days)
    failures = sum(day.failures for day in days)
    entries = sum(day.entries for day in days)
    mean = sum(day.fetch_ms for day in days) / fetches / 1000 if fetches else 0
    time = f", {mean:.2f} s each" if fetches else ""
    return f"last {len(days)} days: {entries} entries, {fetches} fetches, {failures} failed{time}"


def drawing(days: Sequence[SourceDay], levels: str = BLOCKS) -> Iterator[str]:
    """Sparklines of a source, one for each kind of number that isn't zero throughout."""
    numbers = {
        "entries a day": [float(day.entries) for day in days],
        "failed fetches": [float(day.failures) for day in days],
        "time to fetch": [day.mean_fetch_s for day in days],
    }
    drawn = {name: values for name, values in numbers.items() if any(values)}
    for name, values in drawn.items():
        largest = f"{max(values):.2f} s" if name == "time to fetch" else f"{max(values):.0f}"
        yield f"{name:<14}  |{sparkline(values, levels)}|  most {largest}"


def newsletter_day_document(day: NewsletterDay) -> dict[str, Any]:
    """A newsletter's day as JSON values."""
    return {
        "day": day.day.isoformat(),
        "subscribers": day.subscribers,
        "joined": day.joined,
        "left": day.left,
        "suppressed": day.suppressed,
        "stories": day.stories,
        "deliveries": {str(outcome): count for outcome, count in day.deliveries.items()},
    }


def day_document(day: SourceDay) -> dict[str, Any]:
    """A day as JSON values."""
    return {
        "day": day.day.isoformat(),
        "fetches": day.fetches,
        "failures": day.failures,
        "entries": day.entries,
        "fetch_s": round(day.mean_fetch_s, 3),
    }
