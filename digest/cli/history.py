"""History of sources and newsletters by day, for a terminal and as JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from digest.model.editions import Outcome
from digest.pipeline.history import History, NewsletterDay
from digest.store.source_history import SourceDay
from digest.text.sparkline import is_printable, sparkline

#: Days that ``digest sources show`` and ``digest status`` tell of.
DAYS, STATUS_DAYS = 30, 14
#: Sources that ``digest status`` draws, at most.
_MAX_SOURCES = 40
#: Stands for a day on which every fetch failed.
_FAILED = "×"


def can_draw(output: TextIO) -> bool:
    """Whether the output is a terminal that shows sparklines; they have no colours."""
    return output.isatty() and is_printable(output.encoding)


def summary(days: Sequence[SourceDay]) -> str:
    """``last 30 days: 42 entries, 2880 fetches, 3 failed, 0.42 s each``"""
    fetches = sum(day.fetches for day in days)
    failures = sum(day.failures for day in days)
    entries = sum(day.entries for day in days)
    mean = sum(day.fetch_ms for day in days) / fetches / 1000 if fetches else 0
    time = f", {mean:.2f} s each" if fetches else ""
    return f"last {len(days)} days: {entries} entries, {fetches} fetches, {failures} failed{time}"


def drawing(days: Sequence[SourceDay]) -> Iterator[str]:
    """Sparklines of a source, one for each kind of number that isn't zero throughout."""
    numbers = {
        "entries a day": [float(day.entries) for day in days],
        "failed fetches": [float(day.failures) for day in days],
        "time to fetch": [day.mean_fetch_s for day in days],
    }
    drawn = {name: values for name, values in numbers.items() if any(values)}
    for name, values in drawn.items():
        largest = f"{max(values):.2f} s" if name == "time to fetch" else f"{max(values):.0f}"
        yield f"{name:<14}  |{sparkline(values)}|  most {largest}"


def status_lines(history: History) -> Iterator[str]:
    """Sparklines of each newsletter and each source."""
    for id_, days in history.newsletters.items():
        sent = [day.deliveries.get(Outcome.SENT, 0) for day in days]
        if any(sent):
            yield f"{id_}: mails of the last {len(days)} days  |{sparkline(sent)}|  {sum(sent)}"
        joined, left = sum(day.joined for day in days), sum(day.left for day in days)
        if joined or left:
            yield f"{id_}: {days[-1].subscribers} subscribers, {joined} joined and {left} left"
    yield from _source_lines(history.sources)


def _source_lines(histories: Mapping[str, Sequence[SourceDay]]) -> Iterator[str]:
    """A sparkline of the entries of each source; ``×`` marks days on which every fetch failed."""
    if not histories:
        return
    yield f"entries a day of each source, last {STATUS_DAYS} days (× nothing but failures):"
    width = max(map(len, histories))
    for id_, days in list(histories.items())[:_MAX_SOURCES]:
        blocks = zip(days, sparkline([day.entries for day in days]), strict=True)
        line = "".join(_FAILED if day.fetches and day.failures == day.fetches else block for day, block in blocks)
        yield f"  {id_:<{width}}  |{line}|  {sum(day.entries for day in days)}"
    if len(histories) > _MAX_SOURCES:
        yield f"  and {len(histories) - _MAX_SOURCES} more: digest sources list"


def newsletter_day_document(day: NewsletterDay) -> dict[str, Any]:
    """A newsletter's day as JSON values."""
    return {
        "day": day.day.isoformat(),
        "subscribers": day.subscribers,
        "joined": day.joined,
        "left": day.left,
        "suppressed": day.suppressed,
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
