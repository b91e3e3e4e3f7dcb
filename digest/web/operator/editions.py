"""``/operator/editions``: the newest editions, one edition's deliveries, its frozen mail, and sending again."""

from __future__ import annotations

import html
from itertools import islice

from sqlalchemy import Connection

from digest.model.editions import Outcome
from digest.pipeline.delivery_problem import delivery_problem, failure_reasons
from digest.pipeline.feedback import edition_votes
from digest.pipeline.resend import check_resendable, requeue_mails
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER, fill_greeting, fill_tokens
from digest.store import audiences, deliveries, editions, queue, subscribers
from digest.web.operator import access, view
from digest.web.operator.access import Operator
from digest.web.operator.drafts import decisions_of
from digest.web.pages import PageRequest, PageResponse, Site

_EDITIONS, _ROWS = 50, 100
#: Sending at most so many mails again asks for no second press.
_FEW = 10
_NOT_DELIVERED = (Outcome.FAILED, Outcome.BOUNCED, Outcome.RETRY, Outcome.UNKNOWN)


def edition_list(site: Site, _: PageRequest, operator: Operator) -> PageResponse:
    """The newest editions of all newsletters, with the outcomes of their deliveries."""
    with site.app.store.read() as conn:
        summaries = editions.summaries(conn, limit=_EDITIONS)
        rows = [
            (edition, deliveries.counts(conn, edition.id), _audience(conn, edition.newsletter_id, edition.audience))
            for edition in summaries
        ]
    return view.render(site, operator, "editions", section="editions", rows=rows, title_of=site.newsletter_title)


def edition(site: Site, request: PageRequest, operator: Operator) -> PageResponse:
    """One edition; ``?outcome=`` chooses which of its deliveries are listed, ``?after=`` continues the list."""
    edition_id = view.record_id(request.parts["id"])
    with site.app.store.read() as conn:
        stored = editions.get(conn, edition_id)
    if stored is None:
        return access.not_found(site)
    if request.method == "POST":
        return _act(site, request, operator, edition_id)
    outcomes = tuple(outcome for outcome in Outcome if outcome == request.query.get("outcome")) or _NOT_DELIVERED
    after = view.record_id(request.query.get("after", ""))
    decisions = decisions_of(site, stored.edition.newsletter_id, stored.edition.slot.key)
    with site.app.store.read() as conn:
        counts = deliveries.counts(conn, edition_id)
        present = [outcome for outcome in outcomes if counts.get(outcome)]  # without any, all rows would be read
        deliveries_found = deliveries.for_edition(conn, edition_id, *present, after=after) if present else ()
        rows = list(islice(deliveries_found, _ROWS + 1))
        return view.render(
            site,
            operator,
            "edition",
            section="editions",
            has_frame=True,
            stored=stored,
            audience=_audience(conn, stored.edition.newsletter_id, stored.edition.audience),
            counts=counts,
            next_try=deliveries.next_try(conn, edition_id),
            failed=queue.count_requeueable(conn, edition_id),
            problem=delivery_problem(conn, edition_id),
            reasons=failure_reasons(conn, edition_id),
            votes=edition_votes(conn, edition_id),
            decisions=decisions,
            rows=rows[:_ROWS],
            following=rows[_ROWS - 1].id if len(rows) > _ROWS else 0,
            outcome=outcomes[0] if len(outcomes) == 1 else "",
            title=site.newsletter_title(stored.edition.newsletter_id),
        )


def mail(site: Site, request: PageRequest, _: Operator) -> PageResponse:
    """The edition's frozen HTML, for the frame: its links are nobody's."""
    with site.app.store.read() as conn:
        stored = editions.get(conn, view.record_id(request.parts["id"]))
    if stored is None or not stored.edition.html:
        return access.not_found(site)
    newsletters = {newsletter.id: newsletter for newsletter in site.app.settings.newsletters}
    newsletter = newsletters.get(stored.edition.newsletter_id)
    greeting = html.escape(fill_greeting(newsletter.greeting, "")) if newsletter else ""
    return view.mail_frame(fill_tokens(stored.edition.html.replace(GREETING_PLACEHOLDER, greeting), "test"))


def _audience(conn: Connection, newsletter_id: str, key: str) -> str:
    """The wishes of the edition's readers, in words; empty for all who get it as published."""
    audience = audiences.get(conn, newsletter_id, key) if key else None
    return (view.describe_preferences(audience.preferences) if audience else "") or key


def _act(site: Site, request: PageRequest, operator: Operator, edition_id: int) -> PageResponse:
    """Send again: what failed, to everybody, or to one subscriber. Raises ``DigestError``."""
    check_resendable(edition_id, site.app)
    match request.field("action"):
        case "failed":
            return _resend(site, request, operator, edition_id, include_sent=False)
        case "everybody":
            return _resend(site, request, operator, edition_id, include_sent=True)
        case "one":
            return _resend_one(site, request, operator, edition_id)
        case _:
            return access.redirect(site, request.path)


def _resend(
    site: Site, request: PageRequest, operator: Operator, edition_id: int, *, include_sent: bool
) -> PageResponse:
    with site.app.store.read() as conn:
        total = queue.count_requeueable(conn, edition_id, include_sent=include_sent)
    if total > _FEW or include_sent:
        again = (
            "Those who have it get it a second time." if include_sent else "Whoever may have it already gets a copy."
        )
        question = view.ask(
            site,
            request,
            operator,
            question=f"Send {view.count(total, 'mail')} again?",
            explanation=f"The same mail, under the same Message-ID. {again}",
            button=f"Send {view.count(total, 'mail')}",
            expected=total,
            fields={"action": request.field("action")},
        )
        if question:
            return question
    with site.app.store.begin() as conn:
        count = requeue_mails(conn, edition_id, now=site.clock(), include_sent=include_sent)
    site.log("operator_action", operator=operator.name, action="resend", edition=edition_id, mails=count)
    site.operator.notify(operator.session_id, f"{view.count(count, 'mail')} will be sent again. {_SENT_BY}")
    return access.redirect(site, request.path)


def _resend_one(site: Site, request: PageRequest, operator: Operator, edition_id: int) -> PageResponse:
    subscriber_id = view.record_id(request.field("subscriber"))
    with site.app.store.begin() as conn:
        subscriber = subscribers.get(conn, subscriber_id)
        count = requeue_mails(conn, edition_id, [subscriber.address], now=site.clock()) if subscriber else 0
    site.log("operator_action", operator=operator.name, action="resend", edition=edition_id, subscriber=subscriber_id)
    done = (
        f"The mail will be sent again. {_SENT_BY}" if count else "Nothing is sent: the address is suppressed, or left."
    )
    site.operator.notify(operator.session_id, done)
    return access.redirect(site, request.path)


_SENT_BY = "'digest run' sends within a minute; without it, 'digest send' does."
