"""Output of ``digest send --dry-run``: the edition and its recipients."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from digest.cli.send.draft import Draft
from digest.model.editions import Outcome
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.store import audiences, deliveries, subscription_list
from digest.store.subscription_list import Subscription, SubscriptionState

_NOT_FINAL = [outcome for outcome in Outcome if not outcome.is_final]


def dry_run(draft: Draft, newsletter: Newsletter, *, as_json: bool) -> Iterator[str]:
    """Return a line for the edition and one for each recipient, or all of it as JSON."""
    with draft.app.store.read() as conn:
        is_skipped = draft.stories == 0 and newsletter.empty == "skip"
        recipients = iter(()) if is_skipped else _recipients(conn, draft, newsletter)
        if as_json:
            document = {
                "newsletter": newsletter.id,
                "slot": draft.slot.key,
                "edition": draft.edition_id,
                "subject": draft.edition.subject,
                "stories": draft.stories,
                "recipients": list(recipients),
            }
            yield json.dumps(document, ensure_ascii=False, indent=2)
            return
        yield f"{newsletter.id} {draft.slot.key}: {draft.edition.subject}"
        if is_skipped:
            yield "nothing new, so nothing would be sent"
            return
        count = 0
        for address in recipients:
            count += 1
            yield f"  {address}"
        yield f"{count} would get it" if count else "nobody would get it"
        others = [*audiences.in_use(conn, newsletter.id)]
        if others:
            groups = "a group" if len(others) == 1 else f"{len(others)} groups"
            yield f"{groups} of subscribers with wishes of their own get editions of their own when they are due"


def _recipients(conn: Connection, draft: Draft, newsletter: Newsletter) -> Iterator[str]:
    """List the subscribers who get it; for an edition already published, only those whose delivery isn't final."""
    if draft.edition_id is None:
        subscriptions = subscription_list.list_subscriptions(conn, newsletter.id)
        return (entry.subscriber.address for entry in subscriptions if _gets_it(entry, draft.slot))
    rows = deliveries.for_edition(conn, draft.edition_id, *_NOT_FINAL)
    return (row.subscriber.address for row in rows)


def _gets_it(subscription: Subscription, slot: Slot) -> bool:
    """Whether the subscriber gets the newsletter as published, and doesn't pause."""
    until = subscription.chosen.paused_until
    is_awake = until is None or until <= slot.due
    return subscription.state is SubscriptionState.ACTIVE and not subscription.chosen.audience and is_awake
