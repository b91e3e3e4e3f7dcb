"""heed: what comes back → who gets no more mail.

An address that doesn't exist, or whose owner complained, is suppressed at once; one that can't be reached, when it has
failed ``[bounces] soft_limit`` times within ``soft_days``. Who asks to leave is unsubscribed. Only what is proven
counts: by the seal of a mark, or because the mail knows both the copy's mark and its reader's address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.bounces.classify import Kind, judge
from digest.deliver.bounces.parse import Notice, read
from digest.model import Outcome
from digest.settings import Settings
from digest.store import Store, bounces, deliveries, subscribers
from digest.store.bounces import DeliveryRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a mail was, and what was done about it."""

    kind: Kind
    #: Whom it was about; empty where that can't be told.
    address: str
    #: One line.
    done: str
    #: Something is other than it was.
    has_changed: bool = False


_IDLE = {
    Kind.DELAYED: "nothing to do: it is on its way, or has arrived",
    Kind.AUTOMATIC: "ignored",
    Kind.OTHER: "ignored",
}


def heed_all(
    mails: Iterable[bytes], store: Store, settings: Settings, *, clock: Callable[[], datetime]
) -> Iterator[Heard]:
    """Deal with each mail, in a transaction of its own."""
    for raw in mails:
        notice = read(raw)
        with store.begin() as conn:
            heard = heed(notice, conn, settings, now=clock())
        yield heard


def heed(notice: Notice, conn: Connection, settings: Settings, *, now: datetime) -> Heard:
    """Do what a notice asks for. Said twice, it is done once."""
    if notice.kind in _IDLE:
        return Heard(kind=notice.kind, address="", done=f"{_IDLE[notice.kind]}: {notice.detail}")
    copy = _proven(notice, conn, settings.web.secret.reveal())
    if isinstance(copy, str):
        return Heard(kind=notice.kind, address="", done=f"ignored: {copy}: {notice.detail}")
    address = copy.subscriber.address
    if notice.kind is Kind.LEAVE:
        left = subscribers.unsubscribe(conn, address, copy.newsletter_id, at=now)
        done = f"unsubscribed from {copy.newsletter_id}" if left else f"was not subscribed to {copy.newsletter_id}"
        return Heard(kind=notice.kind, address=address, done=done, has_changed=left)
    return _returned(notice, copy, conn, settings, now=now)


def heed_refusals(edition_id: int, conn: Connection, *, now: datetime) -> int:
    """Suppress the addresses that servers said don't exist, at their own doors; how many."""
    refused = [
        (row.subscriber.address, row.reply)
        for row in deliveries.for_edition(conn, edition_id, Outcome.FAILED)
        if judge("", row.reply) is Kind.HARD
    ]
    known = subscribers.suppression_reasons(conn, [address for address, _ in refused])
    fresh = [(address, reply) for address, reply in refused if address not in known]
    for address, reply in fresh:
        subscribers.suppress(conn, address, f"refused: {reply}", at=now)
    return len(fresh)


def _proven(notice: Notice, conn: Connection, secret: str) -> DeliveryRef | str:
    """The copy that the mail is about, or why it isn't believed."""
    for mark in notice.marks:
        copy = bounces.find_delivery(conn, mark)
        if copy and (mark.is_signed_with(secret) or _names(notice.evidence, copy.subscriber.address)):
            return copy
    return "nothing proves that it is about a mail of ours"


def _names(text: str, address: str) -> bool:
    return bool(re.search(rf"(?<![\w.+=-]){re.escape(subscribers.normalize_address(address))}(?![\w-])", text.lower()))


def _returned(notice: Notice, copy: DeliveryRef, conn: Connection, settings: Settings, *, now: datetime) -> Heard:
    """A bounce or a complaint, in the ledger and in the subscriber's own row."""
    is_new = False
    if notice.kind is not Kind.COMPLAINT:
        outcome = Outcome.FAILED if notice.kind is Kind.REFUSED else Outcome.BOUNCED
        is_new = bounces.record_bounce(conn, copy, outcome, notice.detail, at=now)
    reason = _reason(notice, copy, conn, settings, now=now)
    address = copy.subscriber.address
    if reason and not subscribers.suppression_reasons(conn, [address]):
        subscribers.suppress(conn, address, reason, at=now)
        return Heard(kind=notice.kind, address=address, done=f"gets no more mail: {reason}", has_changed=True)
    done = f"noted: {notice.detail}" if is_new else "known already"
    return Heard(kind=notice.kind, address=address, done=done, has_changed=is_new)


def _reason(notice: Notice, copy: DeliveryRef, conn: Connection, settings: Settings, *, now: datetime) -> str:
    """Why the address is to get no more mail; empty if it is."""
    match notice.kind:
        case Kind.HARD:
            return f"bounced: {notice.detail}"
        case Kind.COMPLAINT:
            return f"complained: {notice.detail}"
        case Kind.SOFT:
            days, limit = settings.bounces.soft_days, settings.bounces.soft_limit
            failed = bounces.count(conn, copy.subscriber, since=now - timedelta(days=days))
            return f"{failed} mails came back within {days} days: {notice.detail}" if failed >= limit else ""
        case _:
            return ""
