"""What ``digest send --dry-run`` prints: who would get what."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from digest.cli.send.draft import Draft
from digest.model import Newsletter, Outcome
from digest.store import deliveries, subscribers

_OPEN = [outcome for outcome in Outcome if not outcome.is_final]


def rehearsal(draft: Draft, newsletter: Newsletter, *, as_json: bool) -> Iterator[str]:
    """One line for the edition, and one for each reader."""
    with draft.app.store.read() as conn:
        skip = draft.stories == 0 and newsletter.empty == "skip"
        readers = iter(()) if skip else _readers(conn, draft, newsletter)
        if as_json:
            document = {
                "newsletter": newsletter.id,
                "slot": draft.slot.key,
                "edition": draft.edition_id,
                "subject": draft.edition.subject,
                "stories": draft.stories,
                "recipients": list(readers),
            }
            yield json.dumps(document, ensure_ascii=False, indent=2)
            return
        yield f"{newsletter.id} {draft.slot.key}: {draft.edition.subject}"
        if skip:
            yield "nothing new to tell, so nothing would be sent"
            return
        count = 0
        for address in readers:
            count += 1
            yield f"  {address}"
        yield f"{count} would get it" if count else "nobody would get it"


def _readers(conn: Connection, draft: Draft, newsletter: Newsletter) -> Iterator[str]:
    """Of an edition that is out, those who have not got it yet."""
    if draft.edition_id is None:
        listed = subscribers.list_subscriptions(conn, newsletter.id)
        return (reader.subscriber.address for reader in listed if not reader.suppressed)
    rows = deliveries.for_edition(conn, draft.edition_id, *_OPEN)
    return (row.subscriber.address for row in rows)
