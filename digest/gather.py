"""Visit sources and keep what they bring; nothing is composed here."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from digest.collect import Visited, visit_all
from digest.errors import one_line
from digest.keep import Keeper
from digest.keep import Progress as Progress
from digest.model import Failure, Source
from digest.ports import Collected, Collector, Validators
from digest.settings import FetchSettings
from digest.store import Store, entries, sources, unread


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What visiting sources brought into the store."""

    #: One for each source, without the entries.
    outcomes: tuple[Visited, ...]
    #: Articles that were not there before.
    new: int

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
    def is_lost(self) -> bool:
        """Every source failed."""
        return bool(self.outcomes) and len(self.failures) == len(self.outcomes)


def gather_into(
    store: Store,
    visited: Sequence[Source],
    collector: Collector,
    *,
    fetch: FetchSettings,
    now: datetime,
    on_done: Progress | None = None,
) -> Gathered:
    """Visit the sources and store what is new, cleaned; a source that fails is told, and never stops the others."""
    ids = [source.id for source in visited]
    with store.read() as conn:
        again = unread.due(conn, ids, now=now)
        remembered = {
            id_: replace(validators, known=partial(_known, store, id_), unread=again.get(id_, ()))
            for id_, validators in sources.remembered(conn, ids).items()
        }
    keeper = Keeper(store=store, fetch=fetch, now=now, on_done=on_done, again=again)
    asyncio.run(_visited(visited, collector, remembered, keeper))
    return Gathered(outcomes=tuple(keeper.outcomes[id_] for id_ in ids), new=keeper.new)


async def _visited(
    visited: Sequence[Source], collector: Collector, remembered: Mapping[str, Validators], keeper: Keeper
) -> None:
    async with keeper.crew:
        await visit_all(
            visited,
            collector,
            remembered,
            concurrency=keeper.fetch.concurrency,
            per_host=keeper.fetch.per_host,
            take=keeper.take,
        )
        await keeper.keep_the_rest()


def _known(store: Store, source_id: str, guids: Collection[str]) -> frozenset[str]:
    with store.read() as conn:
        return entries.known(conn, source_id, guids)


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id
