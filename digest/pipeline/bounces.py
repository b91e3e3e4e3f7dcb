"""Processes inbound bounces, complaints and unsubscribe mails: records them, and suppresses addresses.

An address that does not exist, or whose owner complained, is suppressed at once; one that could not be reached, after
``[bounces] soft_limit`` bounces within ``soft_days``. If too many would be suppressed at once, nobody is: see
``suppression.py``. An unsubscribe mail ends the subscription. A mail is only acted on if it proves which delivery it is
about, by a signed delivery token. Mails of earlier versions carry unsigned ones: for 30 days, these count together with
the subscriber's address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import InboundMail, parse_mail
from digest.model.editions import Outcome, SuppressionState
from digest.model.errors import DigestError, describe_unexpected
from digest.pipeline.processed_mail import ProcessedMail, no_action
from digest.pipeline.signing import accepted_keys
from digest.pipeline.subscribe_by_mail import confirm_by_answer, process_returned_confirmation, subscribe_by_mail
from digest.pipeline.suppression import suppress_or_hold
from digest.pipeline.unsubscribe import unsubscribe_by_link
from digest.settings import Settings, WebSettings
from digest.store import Store, address_change, bounces, subscribers
from digest.store.bounces import DeliveryRef

#: How long unsigned tokens count after their edition was published; earlier versions put them into Message-IDs.
_UNSIGNED_ACCEPTED_FOR = timedelta(days=30)

_NO_ACTION = {
    MailKind.DELAYED: "nothing to do: it is still on its way, or has arrived",
    MailKind.AUTOMATIC: "ignored",
    MailKind.OTHER: "ignored",
}
_ACTIONS = {
    SuppressionState.WRITTEN: "suppressed",
    SuppressionState.HELD: "held back, since it comes with many others ('digest bounces review' lists them)",
}


def process_bounces(
    mails: Iterable[bytes], store: Store, settings: Settings, *, clock: Callable[[], datetime]
) -> Iterator[ProcessedMail]:
    """Parse and process each mail, in a transaction of its own."""
    for raw in mails:
        mail = parse_mail(raw)
        try:
            with store.begin() as conn:
                processed = process_bounce(mail, conn, settings, now=clock())
        except DigestError:
            raise
        except Exception as error:  # noqa: BLE001  # the edge of one mail: a bug in one stops no other
            processed = unprocessed(mail, error)
        yield processed


def unprocessed(mail: InboundMail, error: Exception) -> ProcessedMail:
    """The result for a mail whose processing met a bug: nothing was changed, and the operator should read it."""
    result = no_action(mail, f"not processed: {describe_unexpected(error)}", is_ours=False)
    return replace(result, exception=error)


def process_bounce(mail: InboundMail, conn: Connection, settings: Settings, *, now: datetime) -> ProcessedMail:
    """Record a bounce or complaint, or unsubscribe the sender. Idempotent."""
    match mail.kind:
        case MailKind.SUBSCRIBE:
            return subscribe_by_mail(mail, conn, settings, now=now)
        case MailKind.CONFIRM:
            return confirm_by_answer(mail, conn, settings, now=now)
        case MailKind.UNSUBSCRIBE if mail.link_token:
            return _unsubscribe_by_link(mail, conn, settings.web, now=now)
    if processed := process_returned_confirmation(mail, conn, settings, now=now):
        return processed
    if mail.kind in _NO_ACTION:
        is_ours = mail.kind is not MailKind.OTHER and any(bounces.find_delivery(conn, token) for token in mail.tokens)
        return no_action(mail, f"{_NO_ACTION[mail.kind]}: {mail.detail}", is_ours=is_ours)
    delivery = _proven_delivery(mail, conn, settings.web, now=now)
    if delivery is None:
        return no_action(mail, f"ignored: nothing proves that it is about a mail of ours: {mail.detail}", is_ours=False)
    if mail.kind is MailKind.UNSUBSCRIBE:
        return _unsubscribe(mail, delivery, conn, now=now)
    return _record_bounce(mail, delivery, conn, settings, now=now)


def _proven_delivery(mail: InboundMail, conn: Connection, web: WebSettings, *, now: datetime) -> DeliveryRef | None:
    """The delivery that the mail proves to be about."""
    keys = accepted_keys(conn, web)
    for token in mail.tokens:
        delivery = bounces.find_delivery(conn, token)
        if delivery and (token.is_signed_with(*keys) or _is_proven_unsigned(mail, delivery, conn, now=now)):
            return delivery
    return None


def _is_proven_unsigned(mail: InboundMail, delivery: DeliveryRef, conn: Connection, *, now: datetime) -> bool:
    """Whether the mail names the subscriber's address, and is about a recent delivery of an earlier version."""
    return _contains(mail.evidence, delivery.subscriber.address) and bounces.was_sent_unsigned(
        conn, delivery, since=now - _UNSIGNED_ACCEPTED_FOR
    )


#: Characters of an address (RFC 5322, atext): beside one of them, a match would be a part of another address.
_ATEXT = r"\w.!#$%&*+/=?^`{|}~-"


def _contains(text: str, address: str) -> bool:
    """The address occurs in the text as a whole, not within another address."""
    whole = rf"(?<![{_ATEXT}])(?<!\w'){re.escape(subscribers.normalize_address(address))}(?![\w@-]|\.[\w-])"
    return bool(re.search(whole, text.lower()))


def _unsubscribe_by_link(mail: InboundMail, conn: Connection, web: WebSettings, *, now: datetime) -> ProcessedMail:
    """As the link's page does: end the subscription, or decline the request to subscribe."""
    result = unsubscribe_by_link(conn, mail.link_token, web, now=now)
    if result is None:
        return no_action(mail, "ignored: nothing proves that it is about a mail of ours", is_ours=False)
    action = "declined to subscribe" if result.has_declined else f"unsubscribed from {result.newsletter_id}"
    return ProcessedMail(kind=mail.kind, address="", action=action, has_changed=True)


def _unsubscribe(mail: InboundMail, delivery: DeliveryRef, conn: Connection, *, now: datetime) -> ProcessedMail:
    address, newsletter_id = address_change.current(conn, delivery.subscriber).address, delivery.newsletter_id
    was_subscribed = subscribers.unsubscribe(conn, address, newsletter_id, at=now)
    action = f"unsubscribed from {newsletter_id}" if was_subscribed else f"was not subscribed to {newsletter_id}"
    return ProcessedMail(kind=mail.kind, address=address, action=action, has_changed=was_subscribed)


def _record_bounce(
    mail: InboundMail, delivery: DeliveryRef, conn: Connection, settings: Settings, *, now: datetime
) -> ProcessedMail:
    """Record a bounce or complaint in the ledger, and suppress the address if there is reason to."""
    is_new = False
    if mail.kind is not MailKind.COMPLAINT:
        outcome = Outcome.FAILED if mail.kind is MailKind.REJECTED else Outcome.BOUNCED
        is_new = bounces.record_bounce(conn, delivery, outcome, mail.detail, at=now)
    reason = _suppression_reason(mail, delivery, conn, settings, now=now)
    address = delivery.subscriber.address
    if reason and (state := suppress_or_hold(conn, delivery, reason, now=now)):
        action = f"{_ACTIONS[state]}: {reason}"
        return ProcessedMail(kind=mail.kind, address=address, action=action, has_changed=True)
    action = f"recorded: {mail.detail}" if is_new else "already recorded"
    return ProcessedMail(kind=mail.kind, address=address, action=action, has_changed=is_new)


def _suppression_reason(
    mail: InboundMail, delivery: DeliveryRef, conn: Connection, settings: Settings, *, now: datetime
) -> str:
    """Why the address is to be suppressed; empty if it is not."""
    if address_change.has_moved_since(conn, delivery.subscriber.id, delivery.edition_id):
        return ""  # the mail went to the former address
    match mail.kind:
        case MailKind.HARD_BOUNCE:
            return f"bounced: {mail.detail}"
        case MailKind.COMPLAINT:
            return f"complained: {mail.detail}"
        case MailKind.SOFT_BOUNCE:
            days, limit = settings.bounces.soft_days, settings.bounces.soft_limit
            count = bounces.count(conn, delivery.subscriber, since=now - timedelta(days=days))
            return f"{count} mails bounced within {days} days: {mail.detail}" if count >= limit else ""
        case _:
            return ""
