"""An edition and how its mails stand, as several commands say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from digest.model import Outcome
from digest.model.errors import UsageError
from digest.store import Store, editions
from digest.store.editions import Heading, Published
from digest.text.time_format import iso_utc


def published(edition_id: int, store: Store) -> Published:
    """The edition of that number. Raises ``UsageError`` if there is none."""
    with store.read() as conn:
        found = editions.get(conn, edition_id)
    if found is None:
        raise UsageError(f"there is no edition {edition_id}", hint="'digest editions list' shows those there are")
    return found


def document(heading: Heading, counts: Mapping[Outcome, int]) -> dict[str, Any]:
    """The edition for scripts."""
    return {
        "id": heading.id,
        "newsletter": heading.newsletter_id,
        "slot": heading.slot.key,
        "audience": heading.audience,
        "revision": heading.revision,
        "subject": heading.subject,
        "published": iso_utc(heading.at),
        "counts": {str(outcome): count for outcome, count in sorted(counts.items())},
    }


def stand(counts: Mapping[Outcome, int]) -> str:
    """``3 failed, 1997 sent``"""
    return ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "no readers"
