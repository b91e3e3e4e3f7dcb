"""An edition and the counts of its deliveries, as several commands print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digest.model.editions import Outcome
from digest.model.errors import UsageError
from digest.store import Store, editions
from digest.store.editions import EditionSummary, StoredEdition
from digest.text.time_format import iso_utc


def find_edition(edition_id: int, store: Store) -> StoredEdition:
    """Return the edition of that number. Raises ``UsageError`` if there is none."""
    with store.read() as conn:
        edition = editions.get(conn, edition_id)
    if edition is None:
        raise UsageError(f"there is no edition {edition_id}", hint="'digest editions list' lists them")
    return edition


def edition_document(edition: EditionSummary, counts: Mapping[Outcome, int]) -> dict[str, Any]:
    """Return the edition as JSON values."""
    return {
        "id": edition.id,
        "newsletter": edition.newsletter_id,
        "slot": edition.slot.key,
        "kind": str(edition.kind),
        "audience": edition.audience,
        "revision": edition.revision,
        "subject": edition.subject,
        "published": iso_utc(edition.frozen_at),
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
        "suspected": edition.is_suspected,
    }


def format_audience(key: str) -> str:
    """Name the audience of an edition, for the end of its name; empty for all who get the newsletter as published."""
    return f" for audience {key}" if key else ""


def format_counts(counts: Mapping[Outcome, int], *, is_suspected: bool = False) -> str:
    """``3 failed, 1997 sent``; with ``(suspected)`` for an edition whose refusals must be reviewed."""
    numbers = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no subscribers"
    return f"{numbers} (suspected)" if is_suspected else numbers
