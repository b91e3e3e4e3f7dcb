"""A subscriber's own data: forms of ``/preferences`` for another address, download and erasure; pages of their mails.

A GET shows a button, a POST does it.
"""

from __future__ import annotations

import json

from digest.model.editions import Subscriber
from digest.model.link_token import LinkToken, Purpose
from digest.model.mailbox import AddressError, Mailbox
from digest.pipeline.account import ProvenRequest, act_by_link, find_request
from digest.pipeline.reader_links import sign_link
from digest.store import account_requests, personal_data
from digest.store.account_requests import NewAccountRequest
from digest.store.tables import AccountRequestKind
from digest.web.pages import PRIVATE_HEADERS, PageRequest, PageResponse, Site

_ADDRESS_PURPOSES = (Purpose.ADDRESS, Purpose.NEW_ADDRESS, Purpose.UNDO_ADDRESS)
#: Template of the question, and of the answer, for what a link is for.
_TEMPLATES = {
    Purpose.ADDRESS: ("address_allow", "address_sent"),
    Purpose.NEW_ADDRESS: ("address_prove", "address_changed"),
    Purpose.UNDO_ADDRESS: ("address_undo", "address_undone"),
    Purpose.ERASE: ("erase", "erased"),
}


def account_action(site: Site, request: PageRequest, subscriber: Subscriber) -> PageResponse | None:
    """Do what a form of the preferences asks for about the subscriber's data; None if it asks for nothing of these."""
    match request.field("action"):
        case "download":
            return _download(site, subscriber)
        case "erase":
            return _ask_to_erase(site, request, subscriber)
        case "address":
            return _ask_for_address(site, request, subscriber)
        case _:
            return None


def address_page(site: Site, request: PageRequest) -> PageResponse:
    """Allow another address, prove it, or take the change back; each by a link of its own."""
    return _proven_page(site, request, _ADDRESS_PURPOSES)


def erase_page(site: Site, request: PageRequest) -> PageResponse:
    """Erase the subscriber."""
    return _proven_page(site, request, (Purpose.ERASE,))


def _proven_page(site: Site, request: PageRequest, purposes: tuple[Purpose, ...]) -> PageResponse:
    store, web, token, now = site.app.store, site.app.settings.web, request.parts["token"], site.clock()
    with store.read() as conn:
        proven = find_request(conn, token, purposes, web, now=now)
    if proven is None:
        return site.render("unknown_request", private=True)
    if request.method != "POST":
        return _show(site, proven, token, is_done=proven.is_done)
    with store.begin() as conn:
        proven = act_by_link(conn, token, purposes, web, now=now)
    if proven is None:
        return site.render("unknown_request", private=True)
    if proven.purpose is Purpose.ERASE:
        store.scrub()
    site.has_new_requests.set()
    return _show(site, proven, token, is_done=True)


def _show(site: Site, proven: ProvenRequest, token: str, *, is_done: bool) -> PageResponse:
    question, answer = _TEMPLATES[proven.purpose]
    site = site.for_newsletters(*proven.newsletter_ids)
    return site.render(
        answer if is_done else question,
        private=True,
        token=token,
        present=proven.subscriber.address,
        other=proven.request.address,
        former=str(proven.request.before.get("address", "")),
        newsletters=site.join([site.newsletter_title(id_) for id_ in proven.newsletter_ids]),
    )


def _download(site: Site, subscriber: Subscriber) -> PageResponse:
    with site.app.store.read() as conn:
        data = personal_data.collect(conn, subscriber.address)
    headers = {**PRIVATE_HEADERS, "Content-Disposition": 'attachment; filename="my-data.json"'}
    body = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return PageResponse(body=body, content_type="application/json; charset=utf-8", headers=headers)


def _ask_to_erase(site: Site, request: PageRequest, subscriber: Subscriber) -> PageResponse:
    _ask(site, request, subscriber, AccountRequestKind.ERASE)
    return site.render("erase_asked", private=True, present=subscriber.address)


def _ask_for_address(site: Site, request: PageRequest, subscriber: Subscriber) -> PageResponse:
    """Ask the present address first: whoever has a forwarded mail can't move the subscriber's mails away."""
    entered = request.field("address").strip()[:400]
    try:
        address = Mailbox.at(entered).address
    except AddressError:
        problem = (
            site.translate("Please enter a mail address, such as ann@example.org.")
            if entered
            else site.translate("Please enter your new mail address.")
        )
        return _address_form(site, subscriber, entered, problem)
    if address == subscriber.address:
        problem = site.translate("Your newsletters go to this address already.")
        return _address_form(site, subscriber, entered, problem)
    _ask(site, request, subscriber, AccountRequestKind.ADDRESS, address=address)
    return site.render("address_asked", private=True, present=subscriber.address, other=address)


def _ask(
    site: Site, request: PageRequest, subscriber: Subscriber, kind: AccountRequestKind, *, address: str = ""
) -> None:
    """Store the request; the mail that asks for its proof follows. Beyond three a day, nothing happens."""
    new = NewAccountRequest(
        subscriber_id=subscriber.id,
        kind=kind,
        address=address,
        network=request.network,
        language=site.language,
    )
    with site.app.store.begin() as conn:
        account_requests.record(conn, new, at=site.clock())
    site.has_new_requests.set()


def _address_form(site: Site, subscriber: Subscriber, entered: str, problem: str) -> PageResponse:
    token = LinkToken(purpose=Purpose.FORM, issued=site.clock(), subscriber_id=subscriber.id)
    with site.app.store.read() as conn:
        form_token = sign_link(conn, token, site.app.settings.web)
    return site.render(
        "address", private=True, present=subscriber.address, entered=entered, problem=problem, form_token=form_token
    )
