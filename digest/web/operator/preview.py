"""``/operator/preview``: an edition as it would be composed at any moment, in a frame; changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.preview_worker import PreviewOrder, compose_in_worker
from digest.store import subscriber_search, subscribers
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

_FIELD_TIME = "%Y-%m-%dT%H:%M"


def preview(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """The form, and below it the frame that composes; the form's own address has no reader's address in it."""
    if request.method == "POST":
        return _to_preview(site, request, operator)
    newsletter = _newsletter(site, request)
    if newsletter is None:
        return view.render(site, operator, "preview", section="preview", newsletter=None, newsletters=())
    subscriber_id = view.record_id(request.query.get("subscriber", ""))
    with site.app.store.read() as conn:
        next_slot = calendar.next_slot(conn, newsletter, now=site.clock())
        subscriber = subscriber_search.get(conn, subscriber_id)
    at = _read_time(request.query.get("at", "")) or next_slot.due.astimezone(newsletter.timezone)
    wanted = {"newsletter": newsletter.id, "at": f"{at:{_FIELD_TIME}}"}
    if subscriber:
        wanted["subscriber"] = str(subscriber.id)
    return view.render(
        site,
        operator,
        "preview",
        section="preview",
        has_frame=True,
        newsletter=newsletter,
        newsletters=site.app.settings.newsletters,
        at=wanted["at"],
        address=subscriber.address if subscriber else "",
        frame=f"{site.path}/operator/preview/mail?{urlencode(wanted)}",
    )


def preview_mail(site: Site, request: PageRequest, _: Operator) -> PageResponse:
    """Compose it, for the frame: one at a time, in a process of its own, ended when it takes too long."""
    newsletter, at = _newsletter(site, request), _read_time(request.query.get("at", ""))
    if newsletter is None or at is None:
        return access.not_found(site)
    with site.app.store.read() as conn:
        subscriber = subscribers.get(conn, view.record_id(request.query.get("subscriber", "")))
    if not site.operator.preview.acquire(blocking=False):
        return _problem(site, "Another preview is being composed. Please load this page again in a moment.", status=503)
    try:
        order = PreviewOrder(
            newsletter_id=newsletter.id, at=at, address=subscriber.address if subscriber else "", now=site.clock()
        )
        result = compose_in_worker(order, site.app.settings)
    finally:
        site.operator.preview.release()
    if result.problem:
        return _problem(site, result.problem, status=200)
    return view.mail_frame(result.html)


def _to_preview(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """The address of what the form asks for: a subscriber's address becomes an id."""
    wanted = {"newsletter": request.field("newsletter"), "at": request.field("at")}
    if address := request.field("email").strip():
        with site.app.store.read() as conn:
            subscriber = subscribers.find(conn, address)
        if subscriber:
            wanted["subscriber"] = str(subscriber.id)
        else:
            site.operator.notify(operator.session_id, "Nobody has this address: this is what all others get.")
    return access.redirect(site, f"/operator/preview?{urlencode(wanted)}")


def _newsletter(site: Site, request: PageRequest) -> Newsletter | None:
    """The newsletter that is asked for, else the first one."""
    newsletters = {newsletter.id: newsletter for newsletter in site.app.settings.newsletters}
    first = next(iter(newsletters.values()), None)
    return newsletters.get(request.query.get("newsletter", ""), first)


def _read_time(text: str) -> datetime | None:
    """A time of the form's field, in the newsletter's zone; None if it is none."""
    try:
        return datetime.strptime(text, _FIELD_TIME)  # noqa: DTZ007  # the newsletter's zone is added when it is used
    except ValueError:
        return None


def _problem(site: Site, text: str, *, status: int) -> PageResponse:
    """A line of text in the frame; in a sandbox it can't load our style sheet."""
    page = site.render("operator/frame", text=text)
    return replace(view.mail_frame(str(page.body)), status=status)
