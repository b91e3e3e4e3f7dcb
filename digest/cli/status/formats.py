"""Formats of ``digest status``: lines of text, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, tzinfo
from typing import Any

from digest.cli.editions.summary import edition_document, format_audience, format_counts
from digest.cli.history import day_document, newsletter_day_document
from digest.cli.status.database import database_document, database_lines
from digest.cli.status.fleet import fleet_document, fleet_lines
from digest.jobs.alert_checks import AlertStatus
from digest.jobs.overview import NewsletterStatus, Overview
from digest.pipeline.audiences import AudienceStatus
from digest.pipeline.delivery_problem import DeliveryProblem, FailureReason
from digest.pipeline.history import History
from digest.store.runs import Run
from digest.text.time_format import iso_utc, local_time, utc_time

# --- text --------------------------------------------------------------------------------------------------------


def as_lines(overview: Overview) -> Iterator[str]:
    """Describe the status in plain text."""
    for status in overview.newsletters:
        yield from _newsletter_lines(status)
    if not overview.newsletters:
        yield "no newsletter is configured: 'digest init' writes one"
    for edition, counts in overview.editions:
        audience = format_audience(edition.audience)
        name = f"{edition.newsletter_id} {edition.slot.key}.{edition.revision}{audience}"
        yield f"edition {edition.id}: {name}: {format_counts(counts, is_suspected=edition.is_suspected)}"
        for reason in _reasons(overview, edition.id):
            yield f"  {reason.count} {reason.outcome}: {reason.reply}"
    yield from _queue_lines(overview)
    yield from _source_lines(overview)
    yield from _correction_lines(overview)
    yield from _unread_mail_lines(overview)
    if overview.unmatched_unsubscribes:
        yield f"pages: {overview.unmatched_unsubscribes} unsubscribe links of the last 7 days named nobody"
    yield from _installation_lines(overview)
    for run in overview.runs:
        yield _run_line(run)


def _installation_lines(overview: Overview) -> Iterator[str]:
    for problem in overview.service_problems:
        yield f"problem: {problem}"
    if overview.fleet:
        yield from fleet_lines(overview.fleet)
    if overview.database:
        yield from database_lines(overview.database)


def _queue_lines(overview: Overview) -> Iterator[str]:
    queue = overview.queue
    next_try = f", next try {utc_time(queue.next_try)}" if queue.next_try else ""
    yield f"queue: {queue.waiting} waiting, {queue.claimed} being sent{next_try}"
    for rate in overview.slowed:
        slow = f"{rate.per_minute:.0f} mails a minute, and more until {utc_time(rate.until)}"
        yield f"  {rate.name} gets {slow}: {rate.reply}"


def _source_lines(overview: Overview) -> Iterator[str]:
    yield f"sources: {overview.sources}, {len(overview.failing)} failing"
    for health in overview.failing:
        yield f"  {health.id}{_since(health.failing_since)}: {health.error}"
    for host in overview.refusing_hosts:
        until = f" until {utc_time(host.not_before)}" if host.not_before else ""
        yield f"  {host.name} gets no request{until}: {host.refusal}"


def _correction_lines(overview: Overview) -> Iterator[str]:
    if numbers := overview.corrections:
        found = f"{numbers.reported} reported, {numbers.waiting} waiting, {numbers.held} held"
        yield f"corrections: {found}; articles watched: {numbers.watched}"


def _unread_mail_lines(overview: Overview) -> Iterator[str]:
    if overview.unread_count:
        mails = "1 mail" if overview.unread_count == 1 else f"{overview.unread_count} mails"
        yield f"mailbox: {mails} left unread for you"
    for mail in overview.unread_mails:
        yield f"  {utc_time(mail.seen)} {mail.sender}: {mail.subject or 'without a subject'}"


def _newsletter_lines(status: NewsletterStatus) -> Iterator[str]:
    newsletter = status.newsletter
    last = f", last {status.last_slot.key} {status.last_outcome}" if status.last_slot else ""
    due = local_time(status.next_slot.due, newsletter.timezone)
    yield f"{newsletter.id}: next {due} {newsletter.timezone}{last}"
    if status.draft:
        until = local_time(status.draft.until, newsletter.timezone)
        yield f"  draft of {status.draft.slot.key}: {status.draft.state} until {until} ('digest editions draft')"
    if status.audiences.in_use:
        yield _audience_line(status.audiences)
    if status.alerts:
        yield _alert_line(status.alerts, newsletter.timezone)
    if problem := status.alarm or status.collect_failure:
        yield f"  {problem}"
    if status.delivery_problem:
        yield f"  {status.delivery_problem.hint}"
    yield from (f"  {problem}" for problem in status.plugin_problems)


def _alert_line(alerts: AlertStatus, zone: tzinfo) -> str:
    last = f"last {local_time(alerts.last.due, zone)}" if alerts.last else "none in the last month"
    checked = f"looked for at {utc_time(alerts.checked)}" if alerts.checked else "not looked for yet"
    wait = f"; now: {alerts.wait}" if alerts.wait else ""
    return f"  alerts: {last}, {alerts.today} today, {checked}{wait}"


def _audience_line(audiences: AudienceStatus) -> str:
    groups = "1 group" if audiences.in_use == 1 else f"{audiences.in_use} groups"
    upcoming = f", next {utc_time(audiences.next_slot.due)}" if audiences.next_slot else ""
    problem = f"; {audiences.problem}" if audiences.problem else ""
    return f"  {groups} of subscribers with wishes of their own{upcoming}{problem}"


def _run_line(run: Run) -> str:
    counts = ", ".join(f"{count} {name}" for name, count in run.counts.items())
    outcome = (run.outcome or "not ended") + (f" ({counts})" if counts else "")
    return f"{' '.join(filter(None, (run.kind, run.about)))} {utc_time(run.started)}: {outcome}"


def _since(moment: datetime | None) -> str:
    return f" since {utc_time(moment)}" if moment else ""


# --- JSON --------------------------------------------------------------------------------------------------------


def as_document(overview: Overview, history: History) -> dict[str, Any]:
    """Return the status as JSON values."""
    queue = overview.queue
    return {
        "newsletters": [_newsletter_document(status, history) for status in overview.newsletters],
        "editions": [
            edition_document(edition, counts)
            | {"reasons": [asdict(reason) for reason in _reasons(overview, edition.id)]}
            for edition, counts in overview.editions
        ],
        "queue": {"waiting": queue.waiting, "in_hand": queue.claimed, "next_try": iso_utc(queue.next_try)},
        "slowed": [
            {"name": rate.name, "per_minute": rate.per_minute, "until": iso_utc(rate.until), "reply": rate.reply}
            for rate in overview.slowed
        ],
        "sources": _sources_document(overview, history),
        "unread_mails": {
            "total": overview.unread_count,
            "mails": [
                {
                    "from": mail.sender,
                    "subject": mail.subject,
                    "since": iso_utc(mail.seen),
                    "mailbox": mail.mailbox,
                    "detail": mail.detail,
                }
                for mail in overview.unread_mails
            ],
        },
        "secret_problem": overview.secret_problem,
        "unmatched_unsubscribes": overview.unmatched_unsubscribes,
        "service_problems": list(overview.service_problems),
        "runs": [_run_document(run) for run in overview.runs],
        "problems": list(overview.problems),
        **({"corrections": asdict(overview.corrections)} if overview.corrections else {}),
        **({"database": database_document(overview.database)} if overview.database else {}),
        **({"fleet": fleet_document(overview.fleet)} if overview.fleet else {}),
    }


def _sources_document(overview: Overview, history: History) -> dict[str, Any]:
    return {
        "total": overview.sources,
        "refusing_hosts": [
            {"host": host.name, "until": iso_utc(host.not_before), "reply": host.refusal}
            for host in overview.refusing_hosts
        ],
        "failing": [
            {"id": health.id, "since": iso_utc(health.failing_since), "error": health.error}
            for health in overview.failing
        ],
        "history": {id_: [day_document(day) for day in days] for id_, days in history.sources.items()},
    }


def _reasons(overview: Overview, edition_id: int) -> Sequence[FailureReason]:
    return overview.failure_reasons.get(edition_id, ())


def _newsletter_document(status: NewsletterStatus, history: History) -> dict[str, Any]:
    last = {"slot": status.last_slot.key, "fate": status.last_outcome} if status.last_slot else None
    return {
        "id": status.newsletter.id,
        "title": status.newsletter.title,
        "next": {"slot": status.next_slot.key, "due": iso_utc(status.next_slot.due)},
        "draft": {
            "slot": status.draft.slot.key,
            "state": status.draft.state,
            "until": iso_utc(status.draft.until),
            "mailed": iso_utc(status.draft.mailed),
        }
        if status.draft
        else None,
        "last": last,
        "audiences": _audience_document(status.audiences),
        "alerts": _alert_document(status.alerts),
        "trouble": status.alarm,
        "delivery_problem": _problem_document(status.delivery_problem),
        "plugin_problems": list(status.plugin_problems),
        "history": [newsletter_day_document(day) for day in history.newsletters.get(status.newsletter.id, ())],
    }


def _alert_document(alerts: AlertStatus | None) -> dict[str, Any] | None:
    if alerts is None:
        return None
    last = {"slot": alerts.last.key, "sent": iso_utc(alerts.last.due)} if alerts.last else None
    return {"last": last, "today": alerts.today, "checked": iso_utc(alerts.checked), "wait": alerts.wait}


def _audience_document(audiences: AudienceStatus) -> dict[str, Any]:
    slot = audiences.next_slot
    return {
        "in_use": audiences.in_use,
        "approximate": audiences.approximate,
        "next": {"slot": slot.key, "due": iso_utc(slot.due)} if slot else None,
    }


def _problem_document(problem: DeliveryProblem | None) -> dict[str, Any] | None:
    if problem is None:
        return None
    return {
        "edition": problem.edition_id,
        "message": problem.message,
        "hint": problem.hint,
        "since": iso_utc(problem.since),
    }


def _run_document(run: Run) -> dict[str, Any]:
    return {
        "kind": run.kind,
        "about": run.about,
        "started": iso_utc(run.started),
        "ended": iso_utc(run.ended),
        "outcome": run.outcome,
        "counts": dict(run.counts),
    }
