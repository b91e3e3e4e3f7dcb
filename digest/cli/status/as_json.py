"""Where everything stands, for scripts."""

from __future__ import annotations

from typing import Any

from digest.cli.editions.summary import document as edition_as_json
from digest.cli.status.overview import Overview, Standing
from digest.store.runs import Run
from digest.text.time_format import iso_utc


def document(seen: Overview, problems: list[str]) -> dict[str, Any]:
    """It for scripts."""
    queue = seen.queue
    return {
        "newsletters": [_newsletter(standing) for standing in seen.standings],
        "editions": [edition_as_json(heading, counts) for heading, counts in seen.editions],
        "queue": {"waiting": queue.waiting, "in_hand": queue.held, "next_try": iso_utc(queue.next_try)},
        "sources": {
            "total": seen.sources,
            "failing": [
                {"id": health.id, "since": iso_utc(health.failing_since), "error": health.error}
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
        "next": {"slot": standing.next.key, "due": iso_utc(standing.next.due)},
        "last": {"slot": standing.last.key, "fate": standing.fate} if standing.last else None,
        "trouble": standing.trouble,
    }


def _run(made: Run) -> dict[str, Any]:
    return {
        "kind": made.kind,
        "about": made.about,
        "started": iso_utc(made.started),
        "ended": iso_utc(made.ended),
        "outcome": made.outcome,
        "counts": dict(made.counts),
    }
