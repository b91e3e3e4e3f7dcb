"""Suppresses addresses, or holds the suppressions back if there are too many of a newsletter at once.

Refusals while sending, bounces and complaints are judged alike (``deliver/bounces/brake.py``), before anything is
written. An edition with suppressions that are held back is suspected: it isn't sent on until an operator reviews them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
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
from digest.model.editions import SuppressionState
from digest.store import editions, failures, subscribers, suppressions
from digest.store.bounces import DeliveryRef
from digest.store.failures import Failure
from digest.store.locks import advisory_lock
from digest.store.suppressions import Suppression
from digest.store.tables import FailureState


def suppress_or_hold(conn: Connection, delivery: DeliveryRef, reason: str, *, now: datetime) -> SuppressionState | None:
    """Suppress the subscriber of a bounce or complaint, or hold that back; None if that was done before."""
    lock(conn, delivery.newsletter_id)
    address, subscriber_id = delivery.subscriber.address, delivery.subscriber.id
    is_held = suppressions.is_held(conn, delivery.edition_id, subscriber_id)
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
    recent = _recent_suppressions(conn, delivery.edition_id, delivery.newsletter_id, new=[suppression], now=now)
    if must_hold_back(recent, addresses=1):
        _hold_back(conn, [suppression], [], now=now)
        return SuppressionState.HELD
    suppressions.record(conn, [suppression])
    return SuppressionState.WRITTEN


def judge_refusals(edition_id: int, conn: Connection, *, now: datetime) -> SuppressionState | None:
    """Suppress the addresses that the server rejected as nonexistent while the edition was sent, or hold them back.

    None if no refusal is new. A refusal is judged once: lifted by an operator, it isn't written again.
    """
    newsletter_id = editions.newsletter_id(conn, edition_id)
    if newsletter_id is None or not failures.new(conn, edition_id):
        return None
    lock(conn, newsletter_id)
    refusals = _new_refusals(conn, edition_id, newsletter_id, now=now)
    failures.set_state(conn, refusals.sender_ids, FailureState.SENDER)
    failures.set_state(conn, refusals.other_ids, FailureState.JUDGED)
    sender_refusals = failures.count_of_sender(conn, edition_id)
    recent = _recent_suppressions(conn, edition_id, newsletter_id, new=refusals.addresses, now=now)
    if must_hold_back(recent, addresses=len(refusals.addresses), sender_refusals=sender_refusals):
        of_sender = failures.of_sender(conn, edition_id)
        failures.set_state(conn, [failure.delivery_id for failure in of_sender], FailureState.JUDGED)
        refused = [_refusal(failure, edition_id, newsletter_id, now=now) for failure in of_sender]
        _hold_back(conn, refusals.addresses, refused, now=now)
        return SuppressionState.HELD
    suppressions.record(conn, refusals.addresses)
    return SuppressionState.WRITTEN if refusals.addresses else None


def open_brake(edition_id: int, conn: Connection, *, now: datetime) -> RefusalBrake:
    """The edition's brake: on at once if the edition is suspected, or a killed process left too many refusals."""
    newsletter_id = editions.newsletter_id(conn, edition_id) or ""
    refusals = _new_refusals(conn, edition_id, newsletter_id, now=now)
    recent = _recent_suppressions(conn, edition_id, newsletter_id, new=refusals.addresses, now=now)
    sender_refusals = failures.count_of_sender(conn, edition_id) + len(refusals.sender_ids)
    return RefusalBrake(recent, addresses=len(refusals.addresses), sender_refusals=sender_refusals)


def lock(conn: Connection, newsletter_id: str) -> None:
    """Let no other transaction decide about the newsletter's suppressions before this one ends."""
    advisory_lock(conn, f"suppressions of {newsletter_id}")


def _hold_back(
    conn: Connection, addresses: Collection[Suppression], of_sender: Collection[Suppression], *, now: datetime
) -> None:
    """Hold back the suppressions of these addresses, and the recent ones too. All are of one edition."""
    first = next(iter([*addresses, *of_sender]))
    suppressions.hold_recent(conn, first.newsletter_id, period=PERIOD, at=now)
    suppressions.record(conn, [replace(entry, state=SuppressionState.HELD) for entry in addresses])
    suppressions.record(conn, [replace(entry, state=SuppressionState.REFUSED) for entry in of_sender])


def _recent_suppressions(
    conn: Connection, edition_id: int, newsletter_id: str, *, new: Collection[Suppression], now: datetime
) -> RecentSuppressions:
    """The newsletter's suppressions of the last day, without those of subscribers who are among the new ones."""
    since = now - PERIOD
    subscribers_before = editions.subscribers(conn, edition_id)
    return RecentSuppressions(
        subscribers=subscribers_before or suppressions.count_subscribers(conn, newsletter_id, since=since),
        suppressed=suppressions.count_recent(
            conn, newsletter_id, since=since, besides=[entry.subscriber_id for entry in new]
        ),
        is_suspected=suppressions.is_suspected(conn, edition_id),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusals:
    """An edition's refusals that were not judged yet."""

    #: Addresses that don't exist, and aren't suppressed.
    addresses: tuple[Suppression, ...]
    #: Ids of the deliveries that were refused because of the sender, and of all others.
    sender_ids: tuple[int, ...]
    other_ids: tuple[int, ...]


def _new_refusals(conn: Connection, edition_id: int, newsletter_id: str, *, now: datetime) -> _Refusals:
    by_kind: dict[RefusalKind, list[Failure]] = {kind: [] for kind in RefusalKind}
    for failure in failures.new(conn, edition_id):
        by_kind[refusal_kind(failure.reply)].append(failure)
    return _Refusals(
        addresses=tuple(
            _refusal(failure, edition_id, newsletter_id, now=now)
            for failure in by_kind[RefusalKind.ADDRESS]
            if not failure.suppressed
        ),
        sender_ids=tuple(failure.delivery_id for failure in by_kind.pop(RefusalKind.SENDER)),
        other_ids=tuple(failure.delivery_id for failures_ in by_kind.values() for failure in failures_),
    )


def _refusal(failure: Failure, edition_id: int, newsletter_id: str, *, now: datetime) -> Suppression:
    return Suppression(
        edition_id=edition_id,
        newsletter_id=newsletter_id,
        subscriber_id=failure.subscriber_id,
        address=failure.address,
        reason=f"refused: {failure.reply}",
        decided=now,
    )
