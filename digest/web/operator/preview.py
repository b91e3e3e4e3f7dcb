"""``/operator/preview``: an edition as it would be composed at any moment, in a frame; changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from sqlalchemy import Connection

from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.preview_worker import PreviewOrder, compose_in_worker
from digest.store import subscriber_search, subscribers
from digest.text.time_format import local_time
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

_FIELD_TIME = "%Y-%m-%dT%H:%M"
#: ``Sec-Fetch-Site`` of a frame of ours, or an address that was typed: no other site makes us compose.
_OWN_FRAME = {"", "same-origin", "none"}
#: How long a preview waits for the one before it.
_WAIT_S = 60.0
#: Arithmetic on times near the first and last year of the calendar overflows.
_FIRST_YEAR, _LAST_YEAR = 1970, 2999


def preview(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """The form, and below it the frame that composes; the form's own address has no reader's address in it."""
    if request.method == "POST":
        return _to_preview(site, request, operator)
    newsletter = _newsletter(site, request)
    if newsletter is None:
        return view.render(site, operator, "preview", section="preview", newsletter=None, newsletters=())
    subscriber_id = view.record_id(request.query.get("subscriber", ""))
    with site.app.store.read() as conn:
        upcoming = calendar.next_slot(conn, newsletter, now=site.clock())
        subscriber = subscriber_search.get(conn, subscriber_id)
        at = _read_time(request.query.get("at", "")) or upcoming.due.astimezone(newsletter.timezone)
        due = _due(conn, newsletter, subscriber.address, at=at) if subscriber else ""
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
        due=due,
        frame=f"{site.path}/operator/preview/mail?{urlencode(wanted)}",
    )


def preview_mail(site: Site, request: PageRequest, _: Operator) -> PageResponse:
    """Compose it, for the frame: one at a time, in a process of its own, ended when it takes too long."""
    newsletter, at = _newsletter(site, request), _read_time(request.query.get("at", ""))
    if newsletter is None or at is None or request.fetch_site not in _OWN_FRAME:
        return access.not_found(site)
    with site.app.store.read() as conn:
        subscriber = subscribers.get(conn, view.record_id(request.query.get("subscriber", "")))
    order = PreviewOrder(
        newsletter_id=newsletter.id, at=at, address=subscriber.address if subscriber else "", now=site.clock()
    )
    with site.operator.previews.turn(timeout_s=_WAIT_S) as is_turn:
        if not is_turn:
            return _problem(site, "Other previews are being composed. Please load this page again.", status=503)
        result = compose_in_worker(order, site.app.settings)
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


def _due(conn: Connection, newsletter: Newsletter, address: str, *, at: datetime) -> str:
    """When the subscriber gets the next edition after that moment, or why there is none."""
    from digest.pipeline.subscriber_edition import find_subscriber, next_slot  # imports what composes: 20 MB

    moment = at if at.tzinfo else at.replace(tzinfo=newsletter.timezone)
    try:
        subscriber = find_subscriber(conn, newsletter, address)
    except UsageError as error:
        return f"{error}."
    personal, _, slot = next_slot(conn, newsletter, subscriber, now=moment.astimezone(UTC))
    return f"Due for {address} on {local_time(slot.due, personal.timezone)} ({personal.timezone})."


def _newsletter(site: Site, request: PageRequest) -> Newsletter | None:
    """The newsletter that is asked for, else the first one."""
    newsletters = {newsletter.id: newsletter for newsletter in site.app.settings.newsletters}
    first = next(iter(newsletters.values()), None)
    return newsletters.get(request.query.get("newsletter", ""), first)


def _read_time(text: str) -> datetime | None:
    """A time of the form's field, in the newsletter's zone; None if it is none."""
    try:
        moment = datetime.strptime(text, _FIELD_TIME)  # noqa: DTZ007  # the newsletter's zone is added when it is used
    except ValueError:
        return None
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


def _problem(site: Site, text: str, *, status: int) -> PageResponse:
    """A line of text in the frame; in a sandbox it can't load our style sheet."""
    page = site.render("operator/frame", text=text)
    return replace(view.mail_frame(str(page.body)), status=status)
