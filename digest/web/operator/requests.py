"""``/operator/requests``: requests to subscribe that nobody has confirmed yet."""

from __future__ import annotations

from datetime import timedelta

from digest.store import subscription_requests
from digest.web.operator import view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

_LISTED = 100
_HOUR = timedelta(hours=1)


def requests(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """List the newest, and how many mails the limit of an hour still allows."""
    now = site.clock()
    with site.app.store.read() as conn:
        rows = subscription_requests.unconfirmed(conn, limit=_LISTED)
        waiting = subscription_requests.count_waiting(conn, since=now)
        sent = subscription_requests.mails_since(conn, now - _HOUR)
    return view.render(
        site,
        operator,
        "requests",
        section="subscribers",
        rows=rows,
        waiting=waiting,
        sent=sent,
        limit=site.app.settings.web.confirmations_per_hour,
        titles_of=lambda ids: ", ".join(map(site.newsletter_title, ids)),
    )
