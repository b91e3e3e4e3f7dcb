"""``digest editions corrections``: quoted sentences that changed, and what became of each; visits and their reasons."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from digest.model.corrections import WATCH_PERIOD, Correction
from digest.model.errors import UsageError
from digest.pipeline.edition_corrections import watching
from digest.render.plain_text import line
from digest.settings import Settings
from digest.store import Store, corrections, watched_articles
from digest.store.watched_articles import WatchedArticle
from digest.text.time_format import iso_utc, utc_time

#: Newsletter and slot of each edition that reports the correction.
_Reported = Sequence[tuple[str, str]]
_BY_OPERATOR = "by an operator"


def list_corrections(args: argparse.Namespace, settings: Settings, store: Store) -> Iterator[str]:
    """Return the newest corrections and visits as lines or JSON."""
    now = datetime.now(UTC)
    with store.read() as conn:
        found = corrections.newest(conn, limit=args.limit)
        visits = watched_articles.recent(conn, limit=args.limit)
        watched, _ = watched_articles.count(conn)
    if args.json:
        document = {
            "watched": watched,
            "corrections": [_document(correction, reported, now) for correction, reported in found],
            "visits": [_visit_document(visit) for visit in visits],
        }
        yield json.dumps(document, ensure_ascii=False, indent=2)
        return
    if not watching(settings):
        yield "no newsletter reports corrections: set corrections = true in its [[newsletters]] table"
    for correction, reported in found:
        yield from _lines(correction, reported, now)
    if not found:
        yield "no quoted sentence has changed yet"
    if args.visits:
        yield from map(_visit_line, visits)
    yield (
        f"{watched} articles are still watched, {len(visits)} visits are shown"
        if args.visits
        else (f"{watched} articles are still watched; --visits lists the visits")
    )


def hold_or_release(args: argparse.Namespace, store: Store) -> str:
    """Hold a correction, or release one that is held. Raises ``UsageError`` if there is none to hold or release."""
    number, reason = (args.hold, _BY_OPERATOR) if args.hold else (args.release, "")
    with store.begin() as conn:
        is_changed = corrections.set_held(conn, number, reason)
    if not is_changed:
        hint = "'digest editions corrections' lists them"
        raise UsageError(f"there is no correction {number} that no edition has reported", hint=hint)
    return f"correction {number} is held" if reason else f"the next edition reports correction {number}"


def state_of(correction: Correction, reported: _Reported, now: datetime) -> str:
    """``reported``, ``held``, ``waiting`` for an edition, or ``expired``."""
    if reported:
        return "reported"
    if correction.held:
        return "held"
    return "waiting" if now - correction.found < WATCH_PERIOD else "expired"


def _lines(correction: Correction, reported: _Reported, now: datetime) -> Iterator[str]:
    editions = ", ".join(f"{newsletter} {slot}" for newsletter, slot in reported)
    state = " ".join(filter(None, (state_of(correction, reported, now), editions, correction.held)))
    name = f"{line(correction.source)}: {line(correction.title)}"
    yield f"{correction.id:>5}  {utc_time(correction.found)}  {name}  [{state}]"
    yield f"       {correction.url}"
    yield f"       quoted: {line(correction.before)}"
    yield f"       now:    {line(correction.after)}" if correction.after else "       now:    removed"
    if correction.note:
        yield f"       note:   {line(correction.note)}"


def _visit_line(visit: WatchedArticle) -> str:
    when = utc_time(visit.visited) if visit.visited else "-"
    detail = f": {line(visit.detail)}" if visit.detail else ""
    return f"{when}  {visit.source_id}  {visit.page_url or visit.article_id}  {visit.outcome}{detail}"


def _document(correction: Correction, reported: _Reported, now: datetime) -> dict[str, Any]:
    return {
        "id": correction.id,
        "state": state_of(correction, reported, now),
        "held": correction.held,
        "kind": str(correction.kind),
        "before": correction.before,
        "after": correction.after,
        "note": correction.note,
        "title": correction.title,
        "url": correction.url,
        "source": correction.source,
        "told": iso_utc(correction.told),
        "found": iso_utc(correction.found),
        "editions": [{"newsletter": newsletter, "slot": slot} for newsletter, slot in reported],
    }


def _visit_document(visit: WatchedArticle) -> dict[str, Any]:
    return {
        "source": visit.source_id,
        "url": visit.page_url,
        "visited": iso_utc(visit.visited),
        "visits": visit.visits,
        "next": iso_utc(visit.next_visit),
        "outcome": visit.outcome,
        "reason": visit.detail,
    }
