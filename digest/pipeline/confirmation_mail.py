"""Mails that ask an address to confirm a request to subscribe, within limits.

A form can't be used to send mail to others: one mail a day and three in 30 days to an address, 20 an hour for requests
of one network, ``[web] confirmations_per_hour`` in all. Beyond the last two, requests wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.delivery_token import unsubscribe_mailto
from digest.model.link_token import LinkToken, Purpose
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.pipeline.app import App
from digest.pipeline.newsletter import mailbox_address, reads_mails
from digest.pipeline.page_mail import PageMail, build_page_mail, mail_language, page_url, send_each
from digest.pipeline.reader_links import sign_link
from digest.pipeline.subscribe import CONFIRM_WITHIN
from digest.render.page_templates import PageTemplates
from digest.settings import Settings
from digest.store import subscribers, subscription_requests
from digest.store.locks import advisory_lock
from digest.store.subscription_requests import BY_MAIL, SubscriptionRequest

_DAILY, _MONTHLY = 1, 3
_PER_NETWORK = 20
_HOUR = timedelta(hours=1)
#: Held while mails are chosen and counted: no other process sends them as well.
MAILS_LOCK = "confirmation mails"
#: Requests that are looked at in one transaction.
_BATCH, _MAX_BATCHES = 200, 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """A mail to be sent, already counted."""

    id: int
    request: SubscriptionRequest
    newsletters: tuple[Newsletter, ...]
    #: Tokens of the links, and of the Message-ID.
    confirm_token: str
    decline_token: str
    reply_token: str
    #: The address subscribes to all of them already.
    is_subscribed: bool

    @property
    def is_by_mail(self) -> bool:
        """The request came by mail."""
        return self.request.network == BY_MAIL


def send_confirmations(app: App, templates: PageTemplates, *, now: datetime) -> Iterator[str]:
    """Send the mails that may be sent now; yield why one wasn't accepted. Unless that is final, it waits again."""
    return send_each(
        _take_all(app, now=now),
        app,
        build=lambda mail: _message(mail, app.settings, templates, now=now),
        wait_again=lambda mails: _wait_again(mails, app, now=now),
    )


def _wait_again(mails: Sequence[_Mail], app: App, *, now: datetime) -> None:
    with app.store.begin() as conn:
        for mail in mails:
            subscription_requests.wait_again(conn, mail.request.id, mail_id=mail.id, at=now)


def _take_all(app: App, *, now: datetime) -> list[_Mail]:
    """The mails to send; requests that get none don't hold up those behind them."""
    taken: list[_Mail] = []
    for _ in range(_MAX_BATCHES):
        mails, rejected = _take_mails(app, now=now)
        taken += mails
        if len(mails) + rejected < _BATCH:
            break
    return taken


def _take_mails(app: App, *, now: datetime) -> tuple[list[_Mail], int]:
    """Choose and count mails to send, in one transaction: no other process sends them as well.

    Gives them, and the number of requests that get none.
    """
    with app.store.begin() as conn:
        advisory_lock(conn, MAILS_LOCK)
        subscription_requests.delete_old(conn, at=now)
        room = room_in_hour(conn, app.settings, now=now)
        chosen, rejected = [], []
        for request in subscription_requests.waiting(conn, limit=_BATCH):
            if not may_be_mailed(conn, request.address, now=now):
                rejected.append(request.id)
            elif room > 0 and has_room_for_network(conn, request.network, now=now):
                if newsletters := _newsletters(request, app.settings):
                    chosen.append(_count(conn, request, newsletters, app.settings, now=now))
                    room -= 1
                else:
                    rejected.append(request.id)
        subscription_requests.stop_waiting(conn, rejected)
        subscription_requests.mark_mailed(conn, [mail.request.id for mail in chosen], at=now)
    return chosen, len(rejected)


def may_be_mailed(conn: Connection, address: str, *, now: datetime) -> bool:
    """Whether the address may get another such mail: it hasn't had enough, nor declined, bounced or complained."""
    counts = subscription_requests.mail_counts(conn, address, at=now)
    is_over = counts.last_day >= _DAILY or counts.last_month >= _MONTHLY or counts.has_declined
    return not is_over and not subscribers.suppression_reasons(conn, [address])


def room_in_hour(conn: Connection, settings: Settings, *, now: datetime) -> int:
    """The number of such mails that may still be sent now, to all addresses."""
    return settings.web.confirmations_per_hour - subscription_requests.mails_since(conn, now - _HOUR)


def has_room_for_network(conn: Connection, network: str, *, now: datetime) -> bool:
    """Whether requests of this network may have another such mail sent now."""
    return subscription_requests.mails_since(conn, now - _HOUR, network=network) < _PER_NETWORK


def _newsletters(request: SubscriptionRequest, settings: Settings) -> tuple[Newsletter, ...]:
    return tuple(newsletter for newsletter in settings.newsletters if newsletter.id in request.newsletter_ids)


def _count(
    conn: Connection,
    request: SubscriptionRequest,
    newsletters: tuple[Newsletter, ...],
    settings: Settings,
    *,
    now: datetime,
) -> _Mail:
    subscriber = subscribers.find(conn, request.address)
    subscribed = set(subscribers.newsletter_ids(conn, subscriber.id)) if subscriber else set()

    def token(purpose: Purpose) -> str:
        return sign_link(conn, LinkToken(purpose=purpose, issued=now, subscriber_id=request.id), settings.web)

    return _Mail(
        id=subscription_requests.record_mail(conn, request.address, network=request.network, at=now),
        request=request,
        newsletters=newsletters,
        confirm_token=token(Purpose.CONFIRM),
        decline_token=token(Purpose.DECLINE),
        reply_token=token(Purpose.REPLY),
        is_subscribed=subscribed.issuperset(request.newsletter_ids),
    )


def _message(mail: _Mail, settings: Settings, templates: PageTemplates, *, now: datetime) -> Message:
    """The mail, signed like an edition's; no text of whoever asked is in it."""
    language = mail_language(mail.newsletters[0], mail.request.language, templates)
    titles = templates.join([newsletter.title for newsletter in mail.newsletters], language)
    first, has_pages = mail.newsletters[0], bool(settings.web.url)
    mailbox = mailbox_address(first, settings)
    decline_link = page_url(settings, "unsubscribe", mail.decline_token) if has_pages else ""
    values = {
        "titles": titles,
        "mail": mail,
        "confirm_link": page_url(settings, "confirm", mail.confirm_token) if has_pages else "",
        "decline_link": decline_link,
        "can_answer": reads_mails(settings),
        "asked": f"{mail.request.asked:%Y-%m-%d %H:%M} UTC",
        "days": CONFIRM_WITHIN.days,
    }
    subject = _subject(mail, titles, language, templates)
    content = PageMail(
        template="confirmation_mail",
        newsletter=first,
        to=mail.request.address,
        subject=subject,
        values=values,
        language=language,
        decline=decline_link,
        decline_mail=unsubscribe_mailto(mailbox.address, mail.decline_token) if mailbox else "",
        message_id=mail.reply_token,
        reply_to=mailbox if reads_mails(settings) and mailbox != first.sender else None,
    )
    return build_page_mail(content, settings, templates, now=now)


def _subject(mail: _Mail, titles: str, language: str, templates: PageTemplates) -> str:
    if mail.is_subscribed and mail.is_by_mail:
        return templates.translate("You subscribe to %(newsletter)s", language, newsletter=titles)
    if mail.is_subscribed:
        return templates.translate("You already subscribe to %(newsletter)s", language, newsletter=titles)
    return templates.translate("Confirm your subscription to %(newsletter)s", language, newsletter=titles)
