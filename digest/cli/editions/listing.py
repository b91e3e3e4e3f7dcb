"""Output of ``digest editions list`` and ``digest editions show``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from textwrap import indent
from typing import Any

from digest.cli.editions.summary import edition_document, find_edition, format_audience, format_counts
from digest.model.corrections import Correction
from digest.pipeline.draft_messages import decision_document
from digest.settings import Settings
from digest.store import Store, corrections, deliveries, delivery_counts, drafts, editions, suppressions
from digest.store.editions import StoredEdition
from digest.text.time_format import iso_utc

#: Recipients read at once.
_PAGE = 1_000


def list_editions(args: argparse.Namespace, settings: Settings, store: Store) -> Iterator[str]:
    """Return the newest editions, one line each or as JSON."""
    newsletter_id = settings.newsletter(args.newsletter).id if args.newsletter else None
    with store.read() as conn:
        summaries = editions.summaries(conn, newsletter_id, limit=max(args.limit, 1))
        counts_of = delivery_counts.for_editions(conn, [edition.id for edition in summaries])
        with_counts = [(edition, counts_of[edition.id]) for edition in summaries]
    if args.json:
        yield json.dumps([edition_document(*pair) for pair in with_counts], ensure_ascii=False, indent=2)
        return
    for edition, counts in with_counts:
        revision = f" ({edition.revision}.)" if edition.revision > 1 else ""
        name = (
            f"{edition.id:>5}  {edition.newsletter_id} {edition.slot.key}{revision}{format_audience(edition.audience)}"
        )
        yield f"{name}  {format_counts(counts, is_suspected=edition.is_suspected)}  {edition.subject}"
    if not with_counts:
        yield "nothing was published yet"


def show_edition(args: argparse.Namespace, store: Store) -> Iterator[str]:
    """Return one edition: its text or HTML, its recipients, or all of it as JSON."""
    stored = find_edition(args.id, store)
    if args.json:
        yield from _as_json(stored, store, with_recipients=args.recipients)
    elif args.recipients:
        for row in _recipients(args.id, store):
            yield "  ".join(str(value) for value in row.values() if value)
    elif not stored.edition.html:
        yield "its text was removed: it is older than [retention] editions"
    else:
        yield stored.edition.html if args.html else stored.edition.text


def _correction(correction: Correction) -> dict[str, Any]:
    return {"id": correction.id, "before": correction.before, "after": correction.after, "url": correction.url}


def _as_json(stored: StoredEdition, store: Store, *, with_recipients: bool) -> Iterator[str]:
    edition = stored.edition
    with store.read() as conn:
        counts = deliveries.counts(conn, stored.id)
        is_suspected = suppressions.is_suspected(conn, stored.id)
        draft = drafts.find(conn, edition.newsletter_id, edition.slot.key)
        reported = corrections.of_edition(conn, stored.id)
        decisions = drafts.history(conn, draft.id) if draft and draft.slot == edition.slot else ()
    document: dict[str, Any] = {
        "id": stored.id,
        "newsletter": edition.newsletter_id,
        "slot": edition.slot.key,
        "kind": str(edition.kind),
        "audience": edition.audience,
        "revision": edition.revision,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "language": edition.language,
        "published": iso_utc(stored.frozen_at),
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
        "suspected": is_suspected,
        "decisions": [decision_document(decision.record) for decision in decisions],
        "corrections": list(map(_correction, reported)),
        "text": edition.text,
        "html": edition.html,
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if not with_recipients:
        yield text
        return
    yield text.removesuffix("\n}") + ","
    yield '  "recipients": ['
    item = ""
    for recipient in _recipients(stored.id, store):
        if item:
            yield f"{item},"
        item = indent(json.dumps(recipient, ensure_ascii=False, indent=2), "    ")
    if item:
        yield item
    yield "  ]\n}"


def _recipients(edition_id: int, store: Store) -> Iterator[dict[str, Any]]:
    """The edition's recipients, each page of them in a short transaction, however slowly they are printed."""
    after, is_last = 0, False
    while not is_last:
        with store.read() as conn:
            rows = deliveries.page(conn, edition_id, after=after, limit=_PAGE)
        for row in rows:
            yield {
                "address": row.subscriber.address,
                "outcome": str(row.outcome),
                "attempts": row.attempts,
                "next_try": iso_utc(row.next_try),
                "reply": row.reply,
            }
        after, is_last = rows[-1].id if rows else after, len(rows) < _PAGE
