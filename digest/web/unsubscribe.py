"""``/unsubscribe/TOKEN`` and ``/return/TOKEN``: a GET shows a button, a POST does it.

A POST to the first is what mail programs send (RFC 8058): any body, no cookie, no redirect, and always 200, so that no
provider stops offering its button. It is 503 only if the store is away.
"""

from __future__ import annotations

from digest.model.link_token import Purpose
from digest.pipeline.audiences import is_often
from digest.pipeline.reader_links import find_mail_holder
from digest.pipeline.subscribe import read_decline_token
from digest.pipeline.unsubscribe import come_back, find_returning, unsubscribe_by_button, unsubscribe_by_link
from digest.web.pages import PageRequest, PageResponse, Site


def unsubscribe(site: Site, request: PageRequest) -> PageResponse:
    """Ask, or end the subscription."""
    store, web, token = site.app.store, site.app.settings.web, request.parts["token"]
    if request.method == "POST":
        # Only the page's button has the parameter: a mail program posts to the very address of the header.
        leave = unsubscribe_by_button if request.query.get("by") == "button" else unsubscribe_by_link
        with store.begin() as conn:
            result = leave(conn, token, web, now=site.clock())
        if result is None:
            return site.render("unknown_link", private=True)
        site.has_new_requests.set()
        if result.has_declined:
            return site.render("declined", private=True)
        site = site.for_newsletters(result.newsletter_id)
        title = site.newsletter_title(result.newsletter_id)
        can_be_weekly = any(
            is_often(newsletter, result.preferences, at=site.clock())
            for newsletter in site.app.settings.newsletters
            if newsletter.id == result.newsletter_id
        )
        return site.render(
            "left", private=True, newsletter=title, return_token=result.return_token, can_be_weekly=can_be_weekly
        )
    with store.read() as conn:
        is_declining = read_decline_token(conn, token, web) is not None
        holder = find_mail_holder(conn, token, Purpose.UNSUBSCRIBE, web)
    if is_declining:
        return site.render("decline", private=True, token=token)
    if holder is None:
        return site.render("unknown_link", private=True)
    site = site.for_newsletters(holder.newsletter_id)
    return site.render("unsubscribe", private=True, newsletter=site.newsletter_title(holder.newsletter_id), token=token)


def come_back_page(site: Site, request: PageRequest) -> PageResponse:
    """Ask, or take the unsubscribe back; with ``often=weekly`` the newsletter comes less often from now on."""
    is_weekly = request.field("often") == "weekly"
    store, web, token = site.app.store, site.app.settings.web, request.parts["token"]
    if request.method == "POST":
        with store.begin() as conn:
            holder = come_back(conn, token, site.app.settings, now=site.clock(), weekly=is_weekly)
        template = "back"
    else:
        with store.read() as conn:
            holder = find_returning(conn, token, web, now=site.clock())
        template = "return"
    if holder is None:
        return site.render("unknown_link", private=True)
    site = site.for_newsletters(holder.newsletter_id)
    title = site.newsletter_title(holder.newsletter_id)
    return site.render(template, private=True, newsletter=title, token=token, is_weekly=is_weekly)
