"""Collects sources into the store."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.collect.concurrent import SourceOutcome, collect_each
from digest.model.errors import one_line
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, Collector
from digest.pipeline.app import App
from digest.pipeline.ingest import Ingester
from digest.pipeline.ingest import Progress as Progress
from digest.settings import FetchSettings
from digest.store import Store, entries, pending_pages, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """Outcomes of collecting sources into the store."""

    #: One for each source, without the entries.
    outcomes: tuple[SourceOutcome, ...]
    #: Number of articles that were not stored before.
    new_articles: int

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Sources that could not be read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def problems(self) -> tuple[Failure, ...]:
        """Unreadable parts of sources that otherwise could be read."""
        return tuple(
            Failure(source=_name(outcome), url=outcome.source.address, error=one_line(problem))
            for outcome in self.outcomes
            if isinstance(outcome, Collected)
            for problem in outcome.problems
        )

    @property
    def exceptions(self) -> tuple[tuple[str, Exception], ...]:
        """Unexpected exceptions, each with the name of the source that met it, for the log."""
        failed = ((failure.source, failure.exception) for failure in self.failures if failure.exception)
        collected = (outcome for outcome in self.outcomes if isinstance(outcome, Collected))
        partly = ((_name(outcome), exception) for outcome in collected for exception in outcome.exceptions)
        return (*failed, *partly)

    @property
    def all_failed(self) -> bool:
        return bool(self.outcomes) and len(self.failures) == len(self.outcomes)


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id


def collect_sources(
    wanted: Sequence[Source], app: App, *, now: datetime, due_only: bool = False, on_done: Progress | None = None
) -> CollectResult:
    """Collect the sources and store new entries as clean articles; a failed source does not stop the others.

    With ``due_only``, sources whose fetch interval or backoff has not passed are left out.
    """
    _forget_moved(wanted, app.store)
    if due_only:
        with app.store.read() as conn:
            not_due = sources.not_due_ids(conn, now=now)
        wanted = [source for source in wanted if source.id not in not_due]
    return collect_into(app.store, wanted, app.collector_at(now), fetch=app.settings.fetch, now=now, on_done=on_done)


def _forget_moved(wanted: Sequence[Source], store: Store) -> None:
    """Drop the fetch state of sources whose address in the settings changed: it would lead back to the old one."""
    with store.read() as conn:
        moved = sources.moved_ids(conn, wanted)
    if moved:
        with store.begin() as conn:
            sources.forget(conn, moved)


def collect_into(
    store: Store,
    wanted: Sequence[Source],
    collector: Collector,
    *,
    fetch: FetchSettings,
    now: datetime,
    on_done: Progress | None = None,
) -> CollectResult:
    """As ``collect_sources``, for any store and collector."""
    ids = [source.id for source in wanted]
    with store.read() as conn:
        pending = pending_pages.due(conn, ids, now=now)
        states = {
            source_id: replace(state, pending_pages=pending.get(source_id, ()))
            for source_id, state in sources.fetch_states(conn, ids).items()
        }
    ingester = Ingester(store=store, fetch=fetch, now=now, on_done=on_done, pending_pages=pending)

    def known_guids(source_id: str, guids: Collection[str]) -> frozenset[str]:
        if source_id not in states:  # never fetched at its present address: every page is fetched
            return frozenset()
        with store.read() as conn:
            return entries.known_guids(conn, source_id, guids)

    async def collect_all() -> None:
        async with ingester.pool:
            await collect_each(
                wanted,
                collector,
                states,
                on_outcome=ingester.add,
                known_guids=known_guids,
                concurrency=fetch.concurrency,
                per_host=fetch.per_host,
            )
            await ingester.flush()

    asyncio.run(collect_all())
    return CollectResult(outcomes=tuple(ingester.outcomes[id_] for id_ in ids), new_articles=ingester.new)
