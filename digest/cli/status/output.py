"""Where everything stands, in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from digest.cli.editions.summary import stand
from digest.cli.status.overview import Overview
from digest.text.time_format import local_time, utc_time


def lines(seen: Overview) -> Iterator[str]:
    """It as plain text."""
    for standing in seen.standings:
        newsletter = standing.newsletter
        last = f", last {standing.last.key} {standing.fate}" if standing.last else ""
        due = local_time(standing.next.due, newsletter.timezone)
        yield f"{newsletter.id}: next {due} {newsletter.timezone}{last}"
        if standing.trouble:
            yield f"  {standing.trouble}"
    if not seen.standings:
        yield "no newsletter is configured: 'digest init' writes one"
    for heading, counts in seen.editions:
        yield f"edition {heading.id}: {heading.newsletter_id} {heading.slot.key}.{heading.revision}: {stand(counts)}"
    waits = f", the first is tried {_when(seen.queue.next_try)}" if seen.queue.next_try else ""
    yield f"queue: {seen.queue.waiting} waiting, {seen.queue.held} in hand{waits}"
    yield f"sources: {seen.sources}, {len(seen.broken)} failing"
    for health in seen.broken:
        since = f" since {_when(health.failing_since)}" if health.failing_since else ""
        yield f"  {health.id}{since}: {health.error}"
    for made in seen.runs:
        figures = ", ".join(f"{count} {name}" for name, count in made.counts.items())
        told = f"{made.outcome or 'not ended'} ({figures})" if figures else made.outcome or "not ended"
        yield f"{' '.join(filter(None, (made.kind, made.about)))} {_when(made.started)}: {told}"


def _when(at: datetime | None) -> str:
    return utc_time(at) if at else ""
