"""Visit sources and keep what they bring; nothing is composed here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from digest.collect.concurrent import SourceOutcome, collect_each
from digest.model import Failure, Source
from digest.model.errors import one_line
from digest.model.protocols import Collected, Collector, FetchState
from digest.pipeline.app import App
from digest.pipeline.ingest import Ingester
from digest.pipeline.ingest import Progress as Progress
from digest.settings import FetchSettings
from digest.store import Store, entries, pending_pages, sources


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """What visiting sources brought into the store."""

    #: One for each source, without the entries.
    outcomes: tuple[SourceOutcome, ...]
    #: Articles that were not there before.
    new_articles: int

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The sources that could not be read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def problems(self) -> tuple[Failure, ...]:
        """What could not be read of sources that otherwise could."""
        return tuple(
            Failure(source=_name(outcome), url=outcome.source.address, error=one_line(problem))
            for outcome in self.outcomes
            if isinstance(outcome, Collected)
            for problem in outcome.problems
        )

    @property
    def all_failed(self) -> bool:
        """Every source failed."""
        return bool(self.outcomes) and len(self.failures) == len(self.outcomes)


def collect_sources(
    visited: Sequence[Source], app: App, *, now: datetime, due_only: bool = False, on_done: Progress | None = None
) -> CollectResult:
    """Visit the sources and store what is new, cleaned; a source that fails is told, and never stops the others.

    ``due_only`` leaves out those whose time hasn't come: by their own rhythm, or since they fail.
    """
    _forget_moved(visited, app.store)
    if due_only:
        with app.store.read() as conn:
            waiting = sources.not_due_ids(conn, now=now)
        visited = [source for source in visited if source.id not in waiting]
    return collect_into(app.store, visited, app.collector_at(now), fetch=app.settings.fetch, now=now, on_done=on_done)


def _forget_moved(visited: Sequence[Source], store: Store) -> None:
    """A person gave these sources other addresses: what was learnt at the old ones must not lead back there."""
    with store.read() as conn:
        moved = sources.moved_ids(conn, visited)
    if moved:
        with store.begin() as conn:
            sources.forget(conn, moved)


def collect_into(
    store: Store,
    visited: Sequence[Source],
    collector: Collector,
    *,
    fetch: FetchSettings,
    now: datetime,
    on_done: Progress | None = None,
) -> CollectResult:
    """Visit the sources and store what is new, cleaned; a source that fails is told, and never stops the others."""
    ids = [source.id for source in visited]
    with store.read() as conn:
        again = pending_pages.due(conn, ids, now=now)
        remembered = {
            id_: replace(validators, known=partial(_known, store, id_), pending_pages=again.get(id_, ()))
            for id_, validators in sources.fetch_states(conn, ids).items()
        }
    keeper = Ingester(store=store, fetch=fetch, now=now, on_done=on_done, pending_pages=again)
    asyncio.run(_visited(visited, collector, remembered, keeper))
    return CollectResult(outcomes=tuple(keeper.outcomes[id_] for id_ in ids), new_articles=keeper.new)


async def _visited(
    visited: Sequence[Source], collector: Collector, remembered: Mapping[str, FetchState], keeper: Ingester
) -> None:
    async with keeper.pool:
        await collect_each(
            visited,
            collector,
            remembered,
            concurrency=keeper.fetch.concurrency,
            per_host=keeper.fetch.per_host,
            take=keeper.add,
        )
        await keeper.flush()


def _known(store: Store, source_id: str, guids: Collection[str]) -> frozenset[str]:
    with store.read() as conn:
        return entries.known_guids(conn, source_id, guids)


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id
