"""Retention: once a day, rows older than ``[retention]`` allows are deleted, and what was put off is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from digest.jobs.context import JobContext
from digest.jobs.runs import record_run, start_if_due
from digest.jobs.types import ApplyRetention
from digest.pipeline.audiences import improve_audiences
from digest.pipeline.search import update_index
from digest.store import (
    account_requests,
    corrections,
    daily_counts,
    erasure,
    failures,
    hosts,
    leases,
    mails,
    rate_limits,
    retention,
    source_history,
    subscription_requests,
    watched_articles,
)
from digest.store.retention import Expired

#: The rate of a server that was sent nothing for so long is forgotten.
_UNUSED_RATE = timedelta(days=7)


def apply_retention(context: JobContext) -> None:
    """Delete old text, ledger rows and run history; index stories that aren't."""
    store, now, ages = context.app.store, context.clock(), context.app.settings.retention
    if (run_id := start_if_due(store, ApplyRetention.kind, ApplyRetention.every, now=now)) is None:
        return
    text_cutoff, edition_cutoff = now - ages.text, now - ages.editions
    with record_run(store, run_id, clock=context.clock) as counts:
        counts |= {
            "texts": _delete(context, partial(retention.delete_text, before=text_cutoff)),
            "wordings": _delete(context, partial(retention.delete_wordings, before=text_cutoff)),
            "boilerplate": _delete(context, partial(retention.delete_boilerplate, before=text_cutoff)),
            **_delete_editions(context, before=edition_cutoff),
            "failures": _delete(context, partial(failures.delete_old, before=edition_cutoff)),
            "days": _delete(context, partial(source_history.delete_days, before=text_cutoff)),
            "counts": _delete(context, partial(daily_counts.delete_days, before=edition_cutoff)),
            "corrections": _delete(context, partial(corrections.delete_old, before=edition_cutoff))
            + _delete(context, partial(watched_articles.delete_old, before=text_cutoff)),
            "drafts": _delete(context, partial(retention.delete_drafts, before=text_cutoff))
            + _delete(context, partial(retention.delete_dropped, before=edition_cutoff)),
            "feedback": _delete(context, partial(retention.delete_feedback, before=edition_cutoff)),
            "replies": _delete(context, erasure.delete_late_replies),
            "mails": _delete(context, partial(mails.delete_text, before=text_cutoff))
            + _delete(context, partial(mails.delete_old, before=edition_cutoff)),
            "requests": _delete(context, partial(subscription_requests.delete_old, at=now))
            + _delete(context, partial(account_requests.delete_old, at=now)),
            "audiences": _improve_audiences(context),
            "leases": _delete(context, partial(leases.delete_expired, now=now))
            + _delete(context, partial(hosts.delete_old, now=now)),
            "rates": _delete(context, partial(rate_limits.delete_old, before=now - _UNUSED_RATE)),
            "runs": _delete(context, partial(retention.delete_runs, before=text_cutoff)),
            "indexed": update_index(store, context.stop),
        }
    context.log("retention_applied", **counts)


def _improve_audiences(context: JobContext) -> int:
    """Give subscribers exactly what they wish, where others have left room for it; return how many."""
    improved = 0
    for newsletter in context.app.settings.newsletters:
        with context.app.store.begin() as conn:
            improved += improve_audiences(conn, newsletter, at=context.clock())
    return improved


def _delete_editions(context: JobContext, *, before: datetime) -> dict[str, int]:
    """Delete ledger rows and text of editions published earlier, page by page."""
    expired = Expired()
    while not (expired.is_done or context.stop.is_set()):
        with context.app.store.begin(durable=False) as conn:  # what a power cut restores is deleted the next day
            expired = retention.delete_editions(conn, expired, before=before)
    return {"deliveries": expired.deliveries, "editions": expired.texts}


def _delete(context: JobContext, delete_batch: Callable[[Connection], int]) -> int:
    """Delete in batches, each in its own transaction, so that other writers wait only briefly."""
    total = 0
    while not context.stop.is_set():
        with context.app.store.begin() as conn:
            deleted = delete_batch(conn)
        total += deleted
        if not deleted:
            break
    return total
