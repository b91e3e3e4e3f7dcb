"""``/operator/``: next slots, last editions, queue, alarms: the facts of ``digest status``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from digest.jobs.overview import NewsletterStatus, Overview, read_overview
from digest.store import subscription_requests
from digest.text.time_format import local_time
from digest.web.operator import access, drafts, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that needs the operator, and the page where it is mended, if there is one."""

    message: str
    link: str = ""
    link_text: str = ""


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
        problems=tuple(_problems(seen)),
        newsletters=[(status, _next(status)) for status in seen.newsletters],
        waiting_requests=waiting,
        drafts=tuple(drafts.waiting(site)),
    )


def without_slash(site: Site, _: PageRequest, __: Operator) -> PageResponse:
    """``/operator``, as people type it."""
    return access.redirect(site, "/operator/")


def _problems(overview: Overview) -> Iterator[Problem]:
    """The problems of ``digest status --check``, and the newsletters' alarms; each once."""
    shown: set[str] = set()
    for status in overview.newsletters:
        if problem := status.delivery_problem:
            shown.add(f"{status.newsletter.id}: {problem.message}")
            message = f"{status.newsletter.title}: {problem.message}"
            yield Problem(message=message, link="refusals", link_text="Review the refusals")
        elif status.alarm:
            yield Problem(message=f"{status.newsletter.title}: {status.alarm}", link="editions", link_text="Editions")
        elif status.collect_failure:
            message = f"{status.newsletter.title}: {status.collect_failure}"
            yield Problem(message=message, link="sources", link_text="Sources")
    for message in (*overview.problems, *overview.service_problems):
        if message not in shown:
            shown.add(message)
            yield Problem(message=message)


def _next(status: NewsletterStatus) -> str:
    """``Sun 2026-03-29 07:00 Europe/Berlin``"""
    return f"{local_time(status.next_slot.due, status.newsletter.timezone)} {status.newsletter.timezone}"
