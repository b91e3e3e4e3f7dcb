"""``/operator/refusals``: refusals, bounces and suppressions that wait for a decision: ``digest bounces review``."""

from __future__ import annotations

from itertools import groupby

from sqlalchemy import Connection

from digest.pipeline.suppression import lock
from digest.pipeline.suppression_review import confirm, find_suppressions_to_review, readmit
from digest.store import deliveries, editions
from digest.store.suppressions import Suppression
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.pages import PageRequest, PageResponse, Site

#: Addresses of an edition that are listed; there may be a million.
_LISTED = 100


def refusals(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """List them by edition, or decide about one edition's."""
    if request.method == "POST":
        return _decide(site, request, operator)
    with site.app.store.read() as conn:
        groups = [
            (edition_id, entries[:_LISTED], len(entries), sum(deliveries.counts(conn, edition_id).values()))
            for edition_id, entries in _by_edition(conn)
        ]
    return view.render(site, operator, "refusals", section="refusals", groups=groups, title_of=site.newsletter_title)


def _decide(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """Readmit or confirm all of an edition, after a second press."""
    edition_id, action = view.record_id(request.field("edition")), request.field("action")
    if action not in {"readmit", "confirm"}:
        return access.redirect(site, request.path)
    with site.app.store.begin() as conn:
        if newsletter_id := editions.newsletter_id(conn, edition_id):
            lock(conn, newsletter_id)  # before they are read: another operator may decide at this moment
        entries = dict(_by_edition(conn)).get(edition_id, ())
        total = view.count(len(entries), "subscriber")
        question = view.ask(
            site,
            request,
            operator,
            question=f"Readmit {total}?" if action == "readmit" else f"Confirm the refusals of {total}?",
            explanation=_EXPLANATIONS[action],
            button=f"Readmit {total}" if action == "readmit" else f"Confirm for {total}",
            expected=len(entries),
            fields={"action": action, "edition": str(edition_id)},
        )
        if question:
            return question
        if action == "readmit":
            waiting = readmit(conn, entries, now=site.clock())
            done = f"{total} readmitted. {view.count(waiting, 'mail')} will be sent again."
        else:
            gone = confirm(conn, entries, now=site.clock())
            done = f"{view.count(gone, 'address', 'addresses')} suppressed; the other refusals are settled."
    site.log("operator_action", operator=operator.name, action=action, edition=edition_id, subscribers=len(entries))
    site.operator.notify(operator.session_id, done)
    return access.redirect(site, request.path)


def _by_edition(conn: Connection) -> list[tuple[int, tuple[Suppression, ...]]]:
    entries = find_suppressions_to_review(conn, editions.newsletter_ids(conn))
    return [(edition_id, tuple(group)) for edition_id, group in groupby(entries, key=lambda entry: entry.edition_id)]


_EXPLANATIONS = {
    "readmit": "The mail server was at fault: nobody is suppressed, and what failed is sent again.",
    "confirm": "The addresses are really gone: they are suppressed, and get no further mail. The others are sent on.",
}
