"""Unsubscribes the holder of a link, and takes back what was just done by mistake."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.audiences import ReadingPreferences
from digest.model.editions import Subscriber
from digest.model.link_token import LinkToken, Purpose
from digest.model.newsletters import Newsletter
from digest.pipeline.audiences import choose_preferences
from digest.pipeline.reader_links import LinkHolder, find_holder, find_mail_holder, sign_link
from digest.pipeline.subscribe import decline, find_declining, read_decline_token
from digest.settings import Settings, WebSettings
from digest.store import account_requests, audiences, page_counts, subscribers, subscription_requests, unsubscribes
from digest.store.account_requests import NewAccountRequest
from digest.store.subscribers import NewSubscriber, normalize_address
from digest.store.tables import AccountRequestKind

#: How long after leaving a subscriber can come back with one button; later, by subscribing anew.
_RETURN_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeResult:
    """What a link that unsubscribes did."""

    newsletter_id: str = ""
    #: It was a link that declines a request to subscribe.
    has_declined: bool = False
    #: Proves that this very link ended the subscription just now; empty if the subscriber had left before.
    return_token: str = ""
    #: Who has left just now; 0 if nobody has.
    subscriber_id: int = 0
    #: The subscriber's wishes until then.
    preferences: ReadingPreferences = field(default_factory=ReadingPreferences)


def unsubscribe_by_link(conn: Connection, token: str, web: WebSettings, *, now: datetime) -> UnsubscribeResult | None:
    """End the subscription that the link is about; None, and counted for the operator, if it is about none."""
    if declining := read_decline_token(conn, token, web):
        if declining.edition_id:  # of the mail that asked for a new address
            subscription_requests.decline_mails(conn, declining.edition_id, at=now)
        elif request := find_declining(conn, token, web):
            decline(conn, request, now=now)
        return UnsubscribeResult(has_declined=True)
    holder = find_mail_holder(conn, token, Purpose.UNSUBSCRIBE, web)
    if holder is None:
        page_counts.add(conn, page_counts.UNMATCHED_UNSUBSCRIBE, at=now)
        return None
    subscriber, newsletter_id = holder.subscriber, holder.newsletter_id
    has_left = newsletter_id in subscribers.newsletter_ids(conn, subscriber.id) and subscribers.unsubscribe(
        conn, subscriber.address, newsletter_id, at=now
    )
    if not has_left:
        return UnsubscribeResult(newsletter_id=newsletter_id)
    return UnsubscribeResult(
        newsletter_id=newsletter_id,
        return_token=_return_token(conn, holder, web, now=now),
        subscriber_id=subscriber.id,
        preferences=audiences.find(conn, newsletter_id, subscriber.id).preferences,
    )


def unsubscribe_by_button(conn: Connection, token: str, web: WebSettings, *, now: datetime) -> UnsubscribeResult | None:
    """As ``unsubscribe_by_link``; with ``[web] undo_mail`` the subscriber gets a mail to undo it.

    It may have been somebody with a forwarded mail. A mail program's one click is surely the subscriber's own.
    """
    result = unsubscribe_by_link(conn, token, web, now=now)
    if web.undo_mail and result and result.subscriber_id:
        new = NewAccountRequest(
            subscriber_id=result.subscriber_id, kind=AccountRequestKind.LEFT, newsletter_id=result.newsletter_id
        )
        account_requests.record(conn, new, at=now)
    return result


def find_returning(conn: Connection, token: str, web: WebSettings, *, now: datetime) -> LinkHolder | None:
    """The subscriber who may come back by this token: it is recent, and of their last unsubscribe."""
    holder = find_holder(conn, token, Purpose.RETURN, web)
    if holder is None or holder.issued is None or not timedelta() <= now - holder.issued <= _RETURN_WITHIN:
        return None
    address_key = normalize_address(holder.subscriber.address)
    unsubscribe = unsubscribes.find(conn, [address_key], holder.newsletter_id).get(address_key)
    is_subscribed = holder.newsletter_id in subscribers.newsletter_ids(conn, holder.subscriber.id)
    is_same = unsubscribe is not None and int(unsubscribe.since.timestamp()) == int(holder.issued.timestamp())
    return holder if is_subscribed or is_same else None


def come_back(
    conn: Connection, token: str, settings: Settings, *, now: datetime, weekly: bool = False
) -> LinkHolder | None:
    """Take back the unsubscribe that gave the token; None if it can't be taken back any more. Works twice.

    With ``weekly`` the newsletter comes once a week from now on.
    """
    holder = find_returning(conn, token, settings.web, now=now)
    if holder:
        new = NewSubscriber(address=holder.subscriber.address, name=holder.subscriber.name)
        subscribers.add(conn, [new], holder.newsletter_id, at=now, resubscribe=True)
        for newsletter in settings.newsletters if weekly else ():
            if newsletter.id == holder.newsletter_id:
                _make_weekly(conn, newsletter, holder.subscriber, now=now)
    return holder


def _make_weekly(conn: Connection, newsletter: Newsletter, subscriber: Subscriber, *, now: datetime) -> None:
    wishes = audiences.find(conn, newsletter.id, subscriber.id).preferences
    frequency = f"weekly mon {newsletter.schedule.times[0]:%H:%M}"
    choose_preferences(conn, newsletter, subscriber.id, replace(wishes, frequency=frequency), at=now)


def _return_token(conn: Connection, holder: LinkHolder, web: WebSettings, *, now: datetime) -> str:
    token = LinkToken(
        purpose=Purpose.RETURN,
        issued=now,
        subscriber_id=holder.subscriber.id,
        newsletter_id=holder.newsletter_id,
        version=holder.subscriber.links_version,
    )
    return sign_link(conn, token, web)
