"""Mails that prove what subscribers ask for on their page, and notes about what was done.

Mails to an address that isn't the subscriber's yet are under the limits of ``confirmation_mail.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from digest.model.editions import Subscriber
from digest.model.link_token import LinkToken, Purpose
from digest.model.newsletters import Newsletter
from digest.model.protocols import Message
from digest.pipeline.account import ALLOW_WITHIN, PROVE_WITHIN, UNDO_WITHIN, request_link
from digest.pipeline.app import App
from digest.pipeline.confirmation_mail import MAILS_LOCK, has_room_for_network, may_be_mailed, room_in_hour
from digest.pipeline.page_mail import PageMail, build_page_mail, mail_language, page_url, send_each
from digest.pipeline.reader_links import sign_link
from digest.render.page_templates import PageTemplates
from digest.settings import Settings
from digest.store import account_requests, subscribers, subscription_requests
from digest.store.account_requests import AccountRequest
from digest.store.locks import advisory_lock
from digest.store.tables import AccountRequestKind

MailKind = Literal["erase", "allow_address", "new_address", "address_changed", "left"]
#: Requests that are looked at in one transaction.
_BATCH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMail:
    """A mail to be sent."""

    kind: MailKind
    request: AccountRequest
    to: str
    #: The newsletter that the mail comes from.
    sender: Newsletter
    #: Titles of the newsletters that it is about.
    newsletters: tuple[str, ...]
    link: str
    #: Its row in the count of mails to addresses that nobody has proven; 0 if it has none.
    counted_as: int = 0
    #: Its List-Unsubscribe: no such mails for a month; empty if it goes to the subscriber.
    decline_link: str = ""


def send_account_mails(app: App, templates: PageTemplates, *, now: datetime) -> Iterator[str]:
    """Send the mails that wait; yield why one wasn't accepted. Unless that is final, it waits again."""
    return send_each(
        _take_mails(app, now=now),
        app,
        build=lambda mail: _message(mail, app.settings, templates, now=now),
        wait_again=lambda mails: _wait_again(mails, app, now=now),
    )


def _wait_again(mails: Sequence[AccountMail], app: App, *, now: datetime) -> None:
    with app.store.begin() as conn:
        for mail in mails:
            if mail.counted_as:
                subscription_requests.forget_mail(conn, mail.counted_as)
            account_requests.wait_again(conn, mail.request.id, at=now)


def _take_mails(app: App, *, now: datetime) -> list[AccountMail]:
    """Choose and count the mails to send, in one transaction: no other process sends them as well."""
    with app.store.read() as conn:
        if not account_requests.waiting(conn, limit=1):
            return []
    with app.store.begin() as conn:
        advisory_lock(conn, MAILS_LOCK)
        account_requests.delete_old(conn, at=now)
        mails = []
        for request in account_requests.waiting(conn, limit=_BATCH):
            kind = mail_kind(request)
            if kind == "new_address" and not _has_room(conn, request, app.settings, now=now):
                continue
            account_requests.stop_waiting(conn, request.id)
            if mail := _mail(conn, request, kind, app.settings, now=now):
                mails.append(mail)
        return mails


def mail_kind(request: AccountRequest) -> MailKind:
    """The mail that comes next for the request."""
    match request.kind:
        case AccountRequestKind.ERASE:
            return "erase"
        case AccountRequestKind.LEFT:
            return "left"
        case _ if request.done:
            return "address_changed"
        case _:
            return "new_address" if request.allowed else "allow_address"


def _has_room(conn: Connection, request: AccountRequest, settings: Settings, *, now: datetime) -> bool:
    return room_in_hour(conn, settings, now=now) > 0 and has_room_for_network(conn, request.network, now=now)


def _mail(
    conn: Connection, request: AccountRequest, kind: MailKind, settings: Settings, *, now: datetime
) -> AccountMail | None:
    """The mail; None if nobody may get it, or no newsletter has a sender."""
    subscriber = subscribers.get(conn, request.subscriber_id)
    ids = (request.newsletter_id,) if kind == "left" else subscribers.newsletter_ids(conn, request.subscriber_id)
    newsletters = [newsletter for newsletter in settings.newsletters if newsletter.id in ids]
    sender = next((newsletter for newsletter in (*newsletters, *settings.newsletters) if newsletter.sender), None)
    if subscriber is None or sender is None:
        return None
    if kind == "left" and subscribers.suppression_reasons(conn, [subscriber.address]):
        return None
    to, counted_as, decline_link = _recipient(request, kind, subscriber), 0, ""
    if kind == "new_address":
        if not may_be_mailed(conn, to, now=now):
            return None
        counted_as = subscription_requests.record_mail(conn, to, network=request.network, at=now)
        declining = LinkToken(purpose=Purpose.DECLINE, issued=now, edition_id=counted_as)
        decline_link = page_url(settings, "unsubscribe", sign_link(conn, declining, settings.web))
    return AccountMail(
        kind=kind,
        request=request,
        to=to,
        sender=sender,
        newsletters=tuple(newsletter.title for newsletter in newsletters),
        link=_link(conn, request, kind, settings, now=now),
        counted_as=counted_as,
        decline_link=decline_link,
    )


def _recipient(request: AccountRequest, kind: MailKind, subscriber: Subscriber) -> str:
    match kind:
        case "new_address":
            return request.address
        case "address_changed":
            return str(request.before["address"])
        case _:
            return subscriber.address


#: The page of a mail's link, and what the link is for.
_LINKS: Mapping[MailKind, tuple[str, Purpose]] = {
    "erase": ("erase", Purpose.ERASE),
    "allow_address": ("address", Purpose.ADDRESS),
    "new_address": ("address", Purpose.NEW_ADDRESS),
    "address_changed": ("address", Purpose.UNDO_ADDRESS),
}


def _link(conn: Connection, request: AccountRequest, kind: MailKind, settings: Settings, *, now: datetime) -> str:
    web = settings.web
    if kind != "left":
        page, purpose = _LINKS[kind]
        return page_url(settings, page, request_link(conn, request, purpose, web, at=now))
    subscriber = subscribers.get(conn, request.subscriber_id)
    token = LinkToken(
        purpose=Purpose.RETURN,
        issued=request.asked,
        subscriber_id=request.subscriber_id,
        newsletter_id=request.newsletter_id,
        version=subscriber.links_version if subscriber else 0,
    )
    return page_url(settings, "return", sign_link(conn, token, web))


def _message(mail: AccountMail, settings: Settings, templates: PageTemplates, *, now: datetime) -> Message:
    """The mail, with the texts of its kind."""
    language = mail_language(mail.sender, mail.request.language, templates)
    titles = templates.join(mail.newsletters, language)
    values: dict[str, object] = {
        "mail": mail,
        "titles": titles,
        "asked": f"{mail.request.asked:%Y-%m-%d %H:%M} UTC",
        "hours": ALLOW_WITHIN.seconds // 3600,
        "days": (PROVE_WITHIN if mail.kind == "new_address" else UNDO_WITHIN).days,
    }
    content = PageMail(
        template="account_mail",
        newsletter=mail.sender,
        to=mail.to,
        subject=_subject(mail.kind, titles, language, templates),
        values=values,
        language=language,
        decline=mail.decline_link,
    )
    return build_page_mail(content, settings, templates, now=now)


def _subject(kind: MailKind, titles: str, language: str, templates: PageTemplates) -> str:
    match kind:
        case "erase":
            return templates.translate("Erase your data?", language)
        case "allow_address":
            return templates.translate("Send your newsletters to another address?", language)
        case "new_address":
            return templates.translate("Confirm your new address", language)
        case "address_changed":
            return templates.translate("Your newsletters go to another address now", language)
        case "left":
            return templates.translate("You left %(newsletter)s", language, newsletter=titles)
