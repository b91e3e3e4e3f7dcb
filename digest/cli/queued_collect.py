"""``digest collect`` with workers: queue the sources, and wait until all are fetched."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from digest.cli.queued_work import QueuedWork
from digest.cli.signals import stop_on_signal
from digest.jobs.context import JobSizes
from digest.jobs.parts import collect_parts
from digest.jobs.procrastinate_engine import JobQueue
from digest.jobs.types import CollectPart
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.pipeline.app import App
from digest.store import queue_schema, runs, sources
from digest.text.credentials import redact


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCollectResult:
    """What workers made of the sources."""

    #: Number of sources that were to be fetched.
    sources: int
    new_articles: int
    failures: tuple[Failure, ...]
    #: All were fetched; otherwise the workers go on.
    is_over: bool
    is_interrupted: bool


def collect_by_workers(wanted: Sequence[Source], app: App) -> QueuedCollectResult:
    """Queue the sources in parts and wait for the workers. Raises ``DigestError``."""
    request = uuid.uuid4().hex[:12]
    with app.store.begin() as conn:
        queue_schema.ensure(conn)
    work = QueuedWork(
        app=app,
        newsletter_id=request,
        find_editions=lambda _: (),
        request=request,
        queues=frozenset({CollectPart.queue}),
        kind=CollectPart.kind,
    )
    with app.store.begin() as conn:
        for part in collect_parts(wanted, size=JobSizes().sources):
            job = CollectPart(source_ids=part.source_ids, even_if_not_due=True, request=request)
            JobQueue().enqueue(conn, job)
    with stop_on_signal() as stop:
        is_over = work.wait(stop)
    return _result(wanted, work, is_over=is_over, is_interrupted=stop.is_interrupted)


def _result(wanted: Sequence[Source], work: QueuedWork, *, is_over: bool, is_interrupted: bool) -> QueuedCollectResult:
    with work.app.store.read() as conn:
        healths = {health.id: health for health in sources.health(conn)}
        parts = runs.recent(conn, CollectPart.kind, about=work.request, limit=len(wanted))
    failed = {
        id_: health
        for id_, health in healths.items()
        if health.error and health.last_failure and health.last_failure >= work.asked
    }
    failures = (
        Failure(source=source.title or source.id, url=redact(source.address), error=failed[source.id].error)
        for source in wanted
        if source.id in failed
    )
    return QueuedCollectResult(
        sources=len(wanted),
        new_articles=sum(run.counts.get("new", 0) for run in parts),
        failures=tuple(failures),
        is_over=is_over,
        is_interrupted=is_interrupted,
    )
