"""What ``digest editions list`` and ``show`` print."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from digest.cli.editions.summary import document, published, stand
from digest.settings import Settings
from digest.settings.select import newsletter_of
from digest.store import Store, deliveries, editions
from digest.store.editions import Published
from digest.text.time_format import iso_utc

# --- list --------------------------------------------------------------------------------------------------------


def listed(args: argparse.Namespace, found: Settings, store: Store) -> Iterator[str]:
    """The newest editions, a line each or as JSON."""
    wanted = newsletter_of(found, args.newsletter).id if args.newsletter else None
    with store.read() as conn:
        headings = editions.listed(conn, wanted, limit=max(args.limit, 1))
        standing = [(heading, deliveries.counts(conn, heading.id)) for heading in headings]
    if args.json:
        yield json.dumps([document(*pair) for pair in standing], ensure_ascii=False, indent=2)
        return
    for heading, counts in standing:
        revision = f" ({heading.revision}.)" if heading.revision > 1 else ""
        name = f"{heading.id:>5}  {heading.newsletter_id} {heading.slot.key}{revision}"
        yield f"{name}  {stand(counts)}  {heading.subject}"
    if not standing:
        yield "nothing was published yet"


# --- show --------------------------------------------------------------------------------------------------------


def shown(args: argparse.Namespace, store: Store) -> Iterator[str]:
    """One edition: its text or HTML, its readers, or all of it as JSON."""
    found = published(args.id, store)
    if args.json:
        yield _as_json(found, store, with_recipients=args.recipients)
    elif args.recipients:
        for row in _recipients(args.id, store):
            yield "  ".join(str(value) for value in row.values() if value)
    elif not found.edition.html:
        yield "its text was removed: it is older than [retention] editions"
    else:
        yield found.edition.html if args.html else found.edition.text


def _as_json(found: Published, store: Store, *, with_recipients: bool) -> str:
    edition = found.edition
    with store.read() as conn:
        counts = deliveries.counts(conn, found.id)
    made: dict[str, Any] = {
        "id": found.id,
        "newsletter": edition.newsletter_id,
        "slot": edition.slot.key,
        "audience": edition.audience,
        "revision": edition.revision,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "language": edition.language,
        "published": iso_utc(found.at),
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
        "text": edition.text,
        "html": edition.html,
    }
    if with_recipients:
        made["recipients"] = list(_recipients(found.id, store))
    return json.dumps(made, ensure_ascii=False, indent=2)


def _recipients(edition_id: int, store: Store) -> Iterator[dict[str, Any]]:
    with store.read() as conn:
        for row in deliveries.of(conn, edition_id):
            yield {
                "address": row.subscriber.address,
                "outcome": str(row.outcome),
                "attempts": row.attempts,
                "next_try": iso_utc(row.next_try),
                "reply": row.reply,
            }
