"""``digest bounces review``: list refusals and suppressions that wait for a decision; readmit or confirm them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import Connection

from digest.cli.errors import escape_control_characters, print_stderr
from digest.model.editions import SuppressionState
from digest.pipeline.delivery_problem import REVIEW_HINT
from digest.pipeline.suppression_review import confirm, find_suppressions_to_review, readmit
from digest.settings import Settings
from digest.store import deliveries, editions, open_store
from digest.store.suppressions import Suppression
from digest.text.time_format import iso_utc

_JSON_STATES = {
    SuppressionState.HELD: "held",
    SuppressionState.REFUSED: "refused",
    SuppressionState.WRITTEN: "suppressed",
}


def review(args: argparse.Namespace, settings: Settings) -> int:
    """List what waits for a review, and decide about it if asked to."""
    newsletter_id = settings.newsletter(args.newsletter).id if args.newsletter else None
    has_decided = args.readmit or args.confirm
    with (
        open_store(settings.store.url, read_only=not has_decided) as store,
        store.begin() if has_decided else store.read() as conn,
    ):
        newsletter_ids = [newsletter_id] if newsletter_id else editions.newsletter_ids(conn)
        entries = find_suppressions_to_review(conn, newsletter_ids)
        lines = [*_as_json(conn, entries)] if args.json else [*_as_text(conn, entries)]
        note = _apply_decision(args, conn, entries)
    for line in lines:
        print(line)
    print_stderr(*note)
    return 0


def _apply_decision(args: argparse.Namespace, conn: Connection, entries: Sequence[Suppression]) -> tuple[str, str]:
    """Readmit or confirm the entries, as the arguments say; return what was done, and what to do next."""
    if not entries:
        return "nothing waits for a review", ""
    if args.readmit:
        waiting = readmit(conn, entries, now=datetime.now(UTC))
        done = f"{_count(len(entries), 'subscriber')} readmitted; {_count(waiting, 'failed mail')} to be sent again"
        return done, "'digest send' sends them now, and 'digest run' within a minute" if waiting else ""
    if args.confirm:
        gone = confirm(conn, entries, now=datetime.now(UTC))
        settled = _count(len(entries) - gone, "refusal of the sender", "refusals of the sender")
        done = f"{_count(gone, 'address', 'addresses')} suppressed; {settled} settled"
        return done, "'digest send' sends on what waits; 'digest subscribers add --again' ends a suppression"
    return f"{_count(len(entries), 'refusal')} to review; nothing is changed", REVIEW_HINT


def _as_text(conn: Connection, entries: Sequence[Suppression]) -> Iterator[str]:
    for edition_id, group in groupby(entries, key=lambda entry: entry.edition_id):
        of_edition = list(group)
        total = sum(deliveries.counts(conn, edition_id).values())
        yield f"edition {edition_id} of {of_edition[0].newsletter_id}: {len(of_edition)} of {_count(total, 'mail')}"
        for entry in of_edition:
            note = " (the address is suppressed)" if entry.state is SuppressionState.WRITTEN else ""
            yield escape_control_characters(f"  {entry.address}  {entry.reason}{note}")


def _as_json(conn: Connection, entries: Sequence[Suppression]) -> Iterator[str]:
    slots = {entry.edition_id: editions.slot_key(conn, entry.edition_id) for entry in entries}
    documents = [
        {
            "edition": entry.edition_id,
            "newsletter": entry.newsletter_id,
            "slot": slots[entry.edition_id],
            "address": entry.address,
            "state": _JSON_STATES[entry.state],
            "reason": entry.reason,
            "since": iso_utc(entry.decided),
        }
        for entry in entries
    ]
    yield json.dumps(documents, ensure_ascii=False, indent=2)


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
