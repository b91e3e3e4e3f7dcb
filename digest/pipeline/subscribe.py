"""Subscribing by double opt-in: a request, one mail to the address, and its owner's confirmation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.link_token import LinkToken, Purpose, read_token
from digest.model.newsletters import Newsletter
from digest.pipeline.audiences import choose_preferences
from digest.pipeline.signing import accepted_keys
from digest.settings import Settings, WebSettings
from digest.store import audiences, subscribers, subscription_requests
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import SubscriptionRequest

#: How long the link of a confirmation mail works.
CONFIRM_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A request whose link was opened."""

    request: SubscriptionRequest
    #: The address subscribes to all its newsletters.
    is_subscribed: bool


def open_newsletters(settings: Settings) -> tuple[Newsletter, ...]:
    """The newsletters that anybody may subscribe to on a page."""
    return tuple(newsletter for newsletter in settings.newsletters if newsletter.subscribe and newsletter.sender)


def find_confirmation(
    conn: Connection, token: str, web: WebSettings, *, now: datetime, purpose: Purpose = Purpose.CONFIRM
) -> Confirmation | None:
    """The request of a confirmation link; None if the link is none, too old, or the request was declined."""
    proven = read_token(token, purpose, accepted_keys(conn, web))
    if proven is None or not -timedelta(minutes=1) <= now - proven.issued <= CONFIRM_WITHIN:
        return None
    request = subscription_requests.get(conn, proven.subscriber_id)
    if request is None:
        return None
    if request.confirmed and request.confirmed < proven.issued:  # by an earlier mail: this one asks anew
        request = replace(request, confirmed=None)
    return Confirmation(request=request, is_subscribed=_is_subscribed(conn, request))


def confirm(
    conn: Connection,
    token: str,
    web: WebSettings,
    *,
    now: datetime,
    newsletters: Sequence[Newsletter],
    purpose: Purpose = Purpose.CONFIRM,
) -> Confirmation | None:
    """Subscribe the address, whoever it was before, with the request's wishes.

    Done once: who left since then stays out.
    """
    confirmation = find_confirmation(conn, token, web, now=now, purpose=purpose)
    if confirmation is None or confirmation.request.confirmed:
        return confirmation
    request = confirmation.request
    new = NewSubscriber(address=request.address, name=request.name)
    by_id = {newsletter.id: newsletter for newsletter in newsletters}
    for newsletter_id in request.newsletter_ids:
        is_new = bool(subscribers.add(conn, [new], newsletter_id, at=now, resubscribe=True).added)
        if newsletter_id in by_id:
            _store_preferences(conn, request, by_id[newsletter_id], is_new=is_new, now=now)
    subscription_requests.confirm(conn, request.id, at=now)
    return Confirmation(request=request, is_subscribed=True)


def _store_preferences(
    conn: Connection, request: SubscriptionRequest, newsletter: Newsletter, *, is_new: bool, now: datetime
) -> None:
    """Replace the wishes of before; a subscriber who asked again without any keeps them."""
    subscriber = subscribers.find(conn, request.address)
    if subscriber is None or not (is_new or request.preferences.to_json()):
        return
    # First, since it waits for an edition that is being frozen, which may wait for a row that is changed here.
    choose_preferences(conn, newsletter, subscriber.id, request.preferences, at=now)
    if audiences.find(conn, newsletter.id, subscriber.id).paused_until:
        audiences.pause(conn, newsletter.id, subscriber.id, None)


def find_declining(conn: Connection, token: str, web: WebSettings) -> SubscriptionRequest | None:
    """The request whose confirmation mail has this link to decline it; one that was declined is gone."""
    proven = read_decline_token(conn, token, web)
    return subscription_requests.get(conn, proven.subscriber_id) if proven else None


def read_decline_token(conn: Connection, token: str, web: WebSettings) -> LinkToken | None:
    """The token of a link in a confirmation mail that declines the request, whether it is still stored or not."""
    return read_token(token, Purpose.DECLINE, accepted_keys(conn, web))


def decline(conn: Connection, request: SubscriptionRequest, *, now: datetime) -> None:
    """Write no more such mails to the address; if it has subscribed by this one, end that."""
    if request.confirmed:
        for newsletter_id in request.newsletter_ids:
            subscribers.unsubscribe(conn, request.address, newsletter_id, at=now)
    subscription_requests.decline(conn, request, at=now)


def _is_subscribed(conn: Connection, request: SubscriptionRequest) -> bool:
    subscriber = subscribers.find(conn, request.address)
    return subscriber is not None and set(request.newsletter_ids) <= {*subscribers.newsletter_ids(conn, subscriber.id)}
