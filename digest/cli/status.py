"""``digest status``: what comes next, what went out, what waits, and what is broken; changes nothing."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from digest.cli.editions import document, stand
from digest.cli.given import settings_of

if TYPE_CHECKING:
    from datetime import datetime

    from digest.cli.overview import Overview, Standing
    from digest.store.runs import Run

_EXAMPLES = """\
examples:
  digest status
  digest status --check                   nothing but 1 or 0: is 'digest run' doing its work?
  digest status --json | jq .queue
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--check", action="store_true", help="fail if 'digest run' doesn't do its work, and say why")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Print where everything stands; with ``--check``, 1 if something is late."""
    import json
    from datetime import UTC, datetime

    from digest.cli.outcome import say
    from digest.cli.overview import overview
    from digest.store import open_store

    found = settings_of(args)
    with open_store(found.store.url, read_only=True) as store:
        seen = overview(found, store, now=datetime.now(UTC))
    problems = [*seen.problems]
    if args.json:
        print(json.dumps(_document(seen, problems), ensure_ascii=False, indent=2))
    elif not args.check:
        print(*lines(seen), sep="\n")
    if args.check:
        for problem in problems:
            say(problem)
    return 1 if args.check and problems else 0


def lines(seen: Overview) -> Iterator[str]:
    """It as plain text."""
    for standing in seen.standings:
        newsletter = standing.newsletter
        last = f", last {standing.last.key} {standing.fate}" if standing.last else ""
        due = standing.next.due.astimezone(ZoneInfo(newsletter.timezone))
        yield f"{newsletter.id}: next {due:%a %Y-%m-%d %H:%M} {newsletter.timezone}{last}"
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
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""


def _document(seen: Overview, problems: list[str]) -> dict[str, Any]:
    """It for scripts."""
    queue = seen.queue
    return {
        "newsletters": [_newsletter(standing) for standing in seen.standings],
        "editions": [document(heading, counts) for heading, counts in seen.editions],
        "queue": {"waiting": queue.waiting, "in_hand": queue.held, "next_try": _instant(queue.next_try)},
        "sources": {
            "total": seen.sources,
            "failing": [
                {"id": health.id, "since": _instant(health.failing_since), "error": health.error}
                for health in seen.broken
            ],
        },
        "runs": [_run(made) for made in seen.runs],
        "problems": problems,
    }


def _newsletter(standing: Standing) -> dict[str, Any]:
    return {
        "id": standing.newsletter.id,
        "title": standing.newsletter.title,
        "next": {"slot": standing.next.key, "due": _instant(standing.next.due)},
        "last": {"slot": standing.last.key, "fate": standing.fate} if standing.last else None,
        "trouble": standing.trouble,
    }


def _run(made: Run) -> dict[str, Any]:
    return {
        "kind": made.kind,
        "about": made.about,
        "started": _instant(made.started),
        "ended": _instant(made.ended),
        "outcome": made.outcome,
        "counts": dict(made.counts),
    }


def _instant(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
