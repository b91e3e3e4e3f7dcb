"""What subscribers ask for on their page and prove by a mail: another address, erasure.

Whoever has one of a subscriber's mails can open that page. So these two need a link that was mailed to the present
address for this alone, and works for two hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.editions import Subscriber
from digest.model.link_token import LinkToken, Purpose, read_token
from digest.pipeline.reader_links import sign_link
from digest.pipeline.signing import accepted_keys
from digest.settings import WebSettings
from digest.store import account_requests, address_change, erasure, subscribers
from digest.store.account_requests import AccountRequest
from digest.store.locks import advisory_lock

#: How long the link to the present address works, that to the other one, and that to undo the change.
ALLOW_WITHIN, PROVE_WITHIN, UNDO_WITHIN = timedelta(hours=2), timedelta(days=7), timedelta(days=7)
_WITHIN = {
    Purpose.ERASE: ALLOW_WITHIN,
    Purpose.ADDRESS: ALLOW_WITHIN,
    Purpose.NEW_ADDRESS: PROVE_WITHIN,
    Purpose.UNDO_ADDRESS: UNDO_WITHIN,
}
_CLOCK_SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenRequest:
    """A request whose mail was received by the owner of the address that it went to."""

    request: AccountRequest
    subscriber: Subscriber
    purpose: Purpose
    #: The newsletters that the subscriber gets.
    newsletter_ids: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """It was done before by this link: pressing again changes nothing."""
        steps = {
            Purpose.ADDRESS: self.request.allowed,
            Purpose.NEW_ADDRESS: self.request.done,
            Purpose.UNDO_ADDRESS: self.request.undone,
        }
        return steps.get(self.purpose) is not None


def request_link(conn: Connection, request: AccountRequest, purpose: Purpose, web: WebSettings, *, at: datetime) -> str:
    """The token of a link for a request: void once the subscriber's links have been revoked."""
    subscriber = subscribers.get(conn, request.subscriber_id)
    version = subscriber.links_version if subscriber and purpose is not Purpose.UNDO_ADDRESS else 0
    token = LinkToken(purpose=purpose, issued=at, subscriber_id=request.id, version=version)
    return sign_link(conn, token, web)


def find_request(
    conn: Connection, text: str, purposes: tuple[Purpose, ...], web: WebSettings, *, now: datetime
) -> ProvenRequest | None:
    """The request of a link for one of these purposes; None if the link is none, too old, or void."""
    keys = accepted_keys(conn, web)
    token = next((token for purpose in purposes if (token := read_token(text, purpose, keys))), None)
    if token is None or not -_CLOCK_SKEW <= now - token.issued <= _WITHIN[token.purpose]:
        return None
    request = account_requests.get(conn, token.subscriber_id)
    subscriber = subscribers.get(conn, request.subscriber_id) if request else None
    if request is None or subscriber is None or (request.undone and token.purpose is not Purpose.UNDO_ADDRESS):
        return None
    proven = ProvenRequest(
        request=request,
        subscriber=subscriber,
        purpose=token.purpose,
        newsletter_ids=subscribers.newsletter_ids(conn, subscriber.id),
    )
    is_current = token.purpose is Purpose.UNDO_ADDRESS or token.version == subscriber.links_version
    return proven if proven.is_done or is_current else None


def act_by_link(
    conn: Connection, text: str, purposes: tuple[Purpose, ...], web: WebSettings, *, now: datetime
) -> ProvenRequest | None:
    """Do what the link is for, as ``find_request`` finds it; None if that is no longer possible. Works twice."""
    advisory_lock(conn, "account requests")  # pressed twice at once, the second one must find the first one's result
    proven = find_request(conn, text, purposes, web, now=now)
    return proven if proven and (proven.is_done or _act(conn, proven, now=now)) else None


def _act(conn: Connection, proven: ProvenRequest, *, now: datetime) -> bool:
    request, subscriber = proven.request, proven.subscriber
    match proven.purpose:
        case Purpose.ERASE:
            return erasure.erase(conn, subscriber.address, at=now)
        case Purpose.ADDRESS:
            account_requests.allow(conn, request.id, at=now)
        case Purpose.NEW_ADDRESS:
            if request.allowed is None or subscribers.suppression_reasons(conn, [request.address]):
                return False
            before = address_change.change(conn, subscriber.id, request.address, at=now)
            account_requests.finish(conn, request.id, before, at=now)
        case _:
            if not _can_undo(request, subscriber):
                return False
            if not address_change.undo(conn, subscriber.id, request.before, at=now):
                return False
            account_requests.undo(conn, request.id, at=now)
    return True


def _can_undo(request: AccountRequest, subscriber: Subscriber) -> bool:
    """The address is still the one that the request changed it to."""
    is_same = subscribers.normalize_address(request.address) == subscribers.normalize_address(subscriber.address)
    return request.done is not None and is_same
