"""Suppresses addresses, or holds the suppressions back if there are too many of a newsletter at once.

Refusals while sending, bounces and complaints are judged alike (``deliver/bounces/brake.py``), before anything is
written. An edition with suppressions that are held back is suspected: it isn't sent on until an operator reviews them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from digest.deliver.bounces.brake import (
    PERIOD,
    RecentSuppressions,
    RefusalBrake,
    RefusalKind,
    must_hold_back,
    refusal_kind,
)
from digest.model.editions import Outcome, SuppressionState
from digest.store import deliveries, editions, subscribers, suppressions
from digest.store.bounces import DeliveryRef
from digest.store.locks import advisory_lock
from digest.store.suppressions import Suppression


def suppress_or_hold(conn: Connection, delivery: DeliveryRef, reason: str, *, now: datetime) -> SuppressionState | None:
    """Suppress the subscriber of a bounce or complaint, or hold that back; None if that was done before."""
    lock(conn, delivery.newsletter_id)
    address, subscriber_id = delivery.subscriber.address, delivery.subscriber.id
    is_held = suppressions.decisions(conn, delivery.edition_id).get(subscriber_id) is SuppressionState.HELD
    if is_held or subscribers.suppression_reasons(conn, [address]):
        return None
    suppression = Suppression(
        edition_id=delivery.edition_id,
        newsletter_id=delivery.newsletter_id,
        subscriber_id=subscriber_id,
        address=address,
        reason=reason,
        decided=now,
    )
    return _decide(conn, [suppression], [], now=now)


def judge_refusals(edition_id: int, conn: Connection, *, now: datetime) -> SuppressionState | None:
    """Suppress the addresses that the server rejected as nonexistent while the edition was sent, or hold them back.

    None if no refusal is new. A refusal is judged once: lifted by an operator, it isn't written again.
    """
    if (newsletter_id := editions.newsletter_id(conn, edition_id)) is None:
        return None
    lock(conn, newsletter_id)
    addresses, sender_refusals = _new_refusals(conn, edition_id, newsletter_id, now=now)
    return _decide(conn, addresses, sender_refusals, now=now)


def open_brake(edition_id: int, conn: Connection, *, now: datetime) -> RefusalBrake:
    """The edition's brake: on at once if the edition is suspected, or a killed process left too many refusals."""
    newsletter_id = editions.newsletter_id(conn, edition_id) or ""
    addresses, sender_refusals = _new_refusals(conn, edition_id, newsletter_id, now=now)
    recent = _recent_suppressions(conn, edition_id, newsletter_id, new=addresses, now=now)
    return RefusalBrake(recent, addresses=len(addresses), sender_refusals=len(sender_refusals))


def lock(conn: Connection, newsletter_id: str) -> None:
    """Let no other transaction decide about the newsletter's suppressions before this one ends."""
    advisory_lock(conn, f"suppressions of {newsletter_id}")


def _decide(
    conn: Connection,
    addresses: Collection[Suppression],
    sender_refusals: Collection[Suppression],
    *,
    now: datetime,
) -> SuppressionState | None:
    """Write the suppressions of these addresses, or hold all back, the recent ones too. All are of one edition."""
    first = next(iter([*addresses, *sender_refusals]), None)
    if first is None:
        return None
    recent = _recent_suppressions(conn, first.edition_id, first.newsletter_id, new=addresses, now=now)
    if must_hold_back(recent, addresses=len(addresses), sender_refusals=len(sender_refusals)):
        suppressions.hold_recent(conn, first.newsletter_id, period=PERIOD, at=now)
        suppressions.record(conn, [replace(entry, state=SuppressionState.HELD) for entry in addresses])
        suppressions.record(conn, [replace(entry, state=SuppressionState.REFUSED) for entry in sender_refusals])
        return SuppressionState.HELD
    suppressions.record(conn, addresses)
    return SuppressionState.WRITTEN if addresses else None


def _recent_suppressions(
    conn: Connection, edition_id: int, newsletter_id: str, *, new: Collection[Suppression], now: datetime
) -> RecentSuppressions:
    """The newsletter's suppressions of the last day, without those of subscribers who are among the new ones."""
    since = now - PERIOD
    before = suppressions.recent(conn, newsletter_id, since=since) - {entry.subscriber_id for entry in new}
    return RecentSuppressions(
        subscribers=suppressions.count_subscribers(conn, newsletter_id, since=since),
        suppressed=len(before),
        is_suspected=suppressions.is_suspected(conn, edition_id),
    )


def _new_refusals(
    conn: Connection, edition_id: int, newsletter_id: str, *, now: datetime
) -> tuple[list[Suppression], list[Suppression]]:
    """The edition's refusals without a decision yet: of addresses that aren't suppressed, and of the sender."""
    decided = suppressions.decisions(conn, edition_id)
    by_kind: dict[RefusalKind, list[Suppression]] = {kind: [] for kind in RefusalKind}
    for row in deliveries.for_edition(conn, edition_id, Outcome.FAILED):
        if row.subscriber.id not in decided:
            refusal = Suppression(
                edition_id=edition_id,
                newsletter_id=newsletter_id,
                subscriber_id=row.subscriber.id,
                address=row.subscriber.address,
                reason=f"refused: {row.reply}",
                decided=now,
            )
            by_kind[refusal_kind(row.reply)].append(refusal)
    addresses = by_kind[RefusalKind.ADDRESS]
    suppressed = subscribers.suppression_reasons(conn, [refusal.address for refusal in addresses])
    return [refusal for refusal in addresses if refusal.address not in suppressed], by_kind[RefusalKind.SENDER]
