"""``/operator/``: next slots, last editions, queue, alarms: the facts of ``digest status``."""

from __future__ import annotations

from digest.jobs.overview import NewsletterStatus, read_overview
from digest.store import subscription_requests
from digest.text.time_format import local_time
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site


def start(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """Show the overview."""
    now = site.clock()
    seen = read_overview(site.app.settings, site.app.store, now=now)
    with site.app.store.read() as conn:
        waiting = subscription_requests.count_waiting(conn, since=now)
    return view.render(
        site,
        operator,
        "overview",
        section="overview",
        overview=seen,
        newsletters=[(status, _next(status)) for status in seen.newsletters],
        waiting_requests=waiting,
    )


def without_slash(site: Site, _: PageRequest, __: Operator) -> PageResponse:
    """``/operator``, as people type it."""
    return access.redirect(site, "/operator/")


def _next(status: NewsletterStatus) -> str:
    """``Sun 2026-03-29 07:00 Europe/Berlin``"""
    return f"{local_time(status.next_slot.due, status.newsletter.timezone)} {status.newsletter.timezone}"
