"""Problems of a newsletter's deliveries that an operator must hear of: a suspected edition, one that reached nobody."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.deliver.bounces.brake import RecentSuppressions
from digest.model.editions import Outcome
from digest.model.errors import one_line
from digest.store import deliveries, editions, suppression_review, suppressions
from digest.store.editions import EditionSummary
from digest.store.suppressions import Suppression

REVIEW_HINT = (
    "mend the mail server or [smtp] (a missing username is a frequent cause; 'digest check' tests it), then 'digest "
    "bounces review --readmit' and 'digest send'; if the refusals are right: 'digest bounces review --confirm'"
)


#: Editions of different audiences that are judged together, by time and number.
_TOGETHER, _MOST_AUDIENCES = timedelta(hours=12), 100
#: An address within a server's reply, with its brackets.
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@]+>?:?")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureReason:
    """A server's reply to some of an edition's mails."""

    outcome: Outcome
    reply: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryProblem:
    """What is wrong with an edition's delivery, with the server's words, and what to do."""

    edition_id: int
    message: str
    hint: str
    since: datetime


def find_delivery_problem(conn: Connection, newsletter_id: str) -> DeliveryProblem | None:
    """The problem of the newsletter's suspected editions, or of its newest edition; None if there is none."""
    held = [entry for entry in suppression_review.waiting(conn) if entry.newsletter_id == newsletter_id]
    if held:
        edition_id = max(entry.edition_id for entry in held)
        return _suspected(conn, [entry for entry in held if entry.edition_id == edition_id])
    problems = [_reached_nobody(conn, edition.id, edition.frozen_at) for edition in _newest(conn, newsletter_id)]
    # Of small audiences each mail may have failed for a reason of its own.
    has_reached = any(deliveries.counts(conn, edition.id).get(Outcome.SENT) for edition in _newest(conn, newsletter_id))
    return next(filter(None, problems), None) if not has_reached else None


def delivery_problem(conn: Connection, edition_id: int) -> DeliveryProblem | None:
    """The problem of this edition; None if it has none."""
    held = [entry for entry in suppression_review.waiting(conn) if entry.edition_id == edition_id]
    if held:
        return _suspected(conn, held)
    stored = editions.get(conn, edition_id)
    return _reached_nobody(conn, edition_id, stored.frozen_at) if stored else None


def find_partial_failure(conn: Connection, newsletter_id: str) -> DeliveryProblem | None:
    """The newest edition, if it reached some, and more of its mails failed than may happen; None otherwise.

    The measure is that of mass suppressions: more than a fifth, of fewer than 25 more than one.
    """
    editions_together = _newest(conn, newsletter_id)
    counts: Counter[Outcome] = Counter()
    for edition in editions_together:
        counts.update(deliveries.counts(conn, edition.id))
    failed = counts.get(Outcome.FAILED, 0) + counts.get(Outcome.BOUNCED, 0)
    total = sum(counts.values()) - counts.get(Outcome.SUPPRESSED, 0)
    if not counts.get(Outcome.SENT) or failed <= RecentSuppressions(subscribers=total).limit:
        return None
    newest = max(editions_together, key=lambda edition: _failed(conn, edition.id))
    reasons = failure_reasons(conn, newest.id)
    reply = f"; most often: {reasons[0].reply}" if reasons else ""
    message = f"edition {newest.id} has reached few: {failed} of {total} mails failed{reply}"
    hint = (
        f"'digest editions show {newest.id} --recipients' lists the server's replies; 'digest check' tests the server"
    )
    return DeliveryProblem(edition_id=newest.id, message=message, hint=hint, since=newest.frozen_at)


def _newest(conn: Connection, newsletter_id: str) -> tuple[EditionSummary, ...]:
    """The newest edition, and those for other audiences at about the same time."""
    newest = editions.summaries(conn, newsletter_id, limit=1)
    if not newest:
        return ()
    summaries = editions.summaries(conn, newsletter_id, limit=_MOST_AUDIENCES)
    first = newest[0]
    return tuple(
        edition
        for edition in summaries
        if edition.id == first.id
        or (edition.audience != first.audience and first.frozen_at - edition.frozen_at < _TOGETHER)
    )


def _failed(conn: Connection, edition_id: int) -> int:
    counts = deliveries.counts(conn, edition_id)
    return counts.get(Outcome.FAILED, 0) + counts.get(Outcome.BOUNCED, 0)


def failure_reasons(conn: Connection, edition_id: int, limit: int = 3) -> tuple[FailureReason, ...]:
    """The most frequent replies to mails that failed or wait for another try; addresses in them count as equal."""
    counts: Counter[tuple[Outcome, str]] = Counter()
    for outcome, reply, count in deliveries.reply_counts(conn, edition_id):
        counts[outcome, _ADDRESS.sub("<…>", one_line(reply))] += count
    return tuple(
        FailureReason(outcome=outcome, reply=reply, count=count)
        for (outcome, reply), count in counts.most_common(limit)
    )


def _suspected(conn: Connection, held: list[Suppression]) -> DeliveryProblem:
    """``held`` are the suspected edition's refusals, at least one."""
    newest = max(held, key=lambda entry: entry.decided)
    counts = deliveries.counts(conn, newest.edition_id)
    nobody = "" if counts.get(Outcome.SENT) else " and has reached nobody"
    message = (
        f"edition {newest.edition_id} is suspected{nobody}: {len(held)} of {sum(counts.values())} mails were refused, "
        "bounced or reported at once, so no address is suppressed, and sending has stopped; "
        f"the last: {one_line(newest.reason)}"
    )
    since = min(entry.decided for entry in held)
    return DeliveryProblem(edition_id=newest.edition_id, message=message, hint=REVIEW_HINT, since=since)


def _reached_nobody(conn: Connection, edition_id: int, published: datetime) -> DeliveryProblem | None:
    if not suppressions.has_reached_nobody(conn, edition_id):
        return None
    total = sum(deliveries.counts(conn, edition_id).values())
    mails = "its only mail was" if total == 1 else f"all {total} mails were"
    last = next(deliveries.for_edition(conn, edition_id), None)
    reply = f": {one_line(last.reply)}" if last and last.reply else ""
    message = f"edition {edition_id} has reached nobody: {mails} refused, bounced or suppressed{reply}"
    return DeliveryProblem(edition_id=edition_id, message=message, hint=REVIEW_HINT, since=published)
