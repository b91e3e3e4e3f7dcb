"""Links of subscribers: who holds one, by its signed token, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.delivery_token import find_delivery_tokens
from digest.model.editions import Subscriber
from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.signing import accepted_keys, signing_key
from digest.settings import WebSettings
from digest.store import address_change, bounces, subscribers


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkHolder:
    """The subscriber whom a link belongs to."""

    subscriber: Subscriber
    newsletter_id: str
    #: The edition whose mail had the link; 0 if none had.
    edition_id: int
    issued: datetime | None = None


def find_holder(conn: Connection, text: str, purpose: Purpose, web: WebSettings) -> LinkHolder | None:
    """The subscriber of a link token; None if it isn't signed for that purpose, or was revoked."""
    token = read_token(text, purpose, accepted_keys(conn, web))
    subscriber = subscribers.get(conn, token.subscriber_id) if token else None
    if token is None or subscriber is None or _is_revoked(token, subscriber):
        return None
    subscriber = address_change.current(conn, subscriber)
    return LinkHolder(
        subscriber=subscriber, newsletter_id=token.newsletter_id, edition_id=token.edition_id, issued=token.issued
    )


def find_mail_holder(conn: Connection, text: str, purpose: Purpose, web: WebSettings) -> LinkHolder | None:
    """The subscriber of a link in a mail; mails of earlier versions have the delivery token in it.

    Those tokens stand in Message-IDs too, which get around: they are good for leaving and reading, and nothing more.
    """
    if holder := find_holder(conn, text, purpose, web):
        return holder
    keys = accepted_keys(conn, web)
    for token in find_delivery_tokens(text):
        delivery = bounces.find_delivery(conn, token)
        if delivery and str(token) == text.lower() and token.is_signed_with(*keys):
            return LinkHolder(
                subscriber=address_change.current(conn, delivery.subscriber),
                newsletter_id=delivery.newsletter_id,
                edition_id=delivery.edition_id,
            )
    return None


def sign_link(conn: Connection, token: LinkToken, web: WebSettings) -> str:
    """The token's text, signed with the current key."""
    return token.signed(signing_key(conn, web))


def _is_revoked(token: LinkToken, subscriber: Subscriber) -> bool:
    """Whether the subscriber's links of that time are no longer good; a link that unsubscribes always is."""
    return token.purpose is not Purpose.UNSUBSCRIBE and token.version != subscriber.links_version
