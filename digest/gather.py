"""Collect, clean, store: what sources bring, kept as it comes. Nothing is composed here.

What came is stored a few sources at a time while others are still being visited, so that memory is bounded however
many there are, and one slow server holds up nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter

from sqlalchemy import Connection

from digest.clean import clean, clean_and_learn
from digest.collect import Visited, visit_all
from digest.errors import one_line
from digest.model import Article, Entry, Failure, Source
from digest.ports import Collected, Collector, Pace
from digest.settings import FetchSettings
from digest.sources.pace import asked_again, next_pace
from digest.store import Store, articles, entries, furniture, sources, stories, unread
from digest.text.duration import duration
from digest.text.learning import Learnt

#: Called as each source is done, in the order in which they finish.
Progress = Callable[[Visited], None]
#: Stored in one transaction: so many sources, or so many letters of text.
_SOURCES, _LETTERS = 50, 4_000_000


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
    keeper = _Keeper(store=store, fetch=fetch, now=now, on_done=on_done, again=again)
    asyncio.run(
        visit_all(
            visited,
            collector,
            remembered,
            concurrency=fetch.concurrency,
            per_host=fetch.per_host,
            take=keeper.take,
        )
    )
    keeper.keep()
    return Gathered(outcomes=tuple(keeper.outcomes[source.id] for source in visited), new=keeper.new)


@dataclass(kw_only=True)
class _Keeper:
    """Takes outcomes as they come, and stores some at a time."""

    store: Store
    fetch: FetchSettings
    now: datetime
    on_done: Progress | None
    #: What each source was asked for again.
    again: Mapping[str, tuple[Entry, ...]]
    outcomes: dict[str, Visited] = field(default_factory=dict)
    new: int = 0
    _waiting: list[tuple[Source, Visited]] = field(default_factory=list)
    _letters: int = 0

    def take(self, source: Source, outcome: Visited) -> None:
        self._waiting.append((source, outcome))
        if isinstance(outcome, Collected):
            self._letters += sum(len(entry.body) for entry in outcome.entries)
            self.outcomes[source.id] = replace(outcome, entries=())
        else:
            self.outcomes[source.id] = outcome
        if self.on_done:
            self.on_done(outcome)
        if len(self._waiting) >= _SOURCES or self._letters >= _LETTERS:
            self.keep()

    def keep(self) -> None:
        """Clean what waits and store it, all of it in one transaction; who else writes waits for no cleaning."""
        if not self._waiting:
            return
        brought = [entry for _, outcome in self._waiting if isinstance(outcome, Collected) for entry in outcome.entries]
        with self.store.read() as conn:
            fresh, edited = entries.news(conn, brought)
            known = furniture.learnt(conn, {entry.source_id for entry in (*fresh, *edited)})
        cleaned, learnt = _cleaned(fresh, known)
        changed = list(zip(edited, clean(edited, learnt={**known, **learnt}), strict=True))
        with self.store.begin() as conn:
            self._remember_visits(conn)
            self.new += len(entries.add(conn, brought))
            articles.add(conn, zip(fresh, cleaned, strict=True))
            stories.keep_as_told(conn, articles.reworded(conn, self._edited(changed)))
            articles.add(conn, changed)
            self._remember_unread(conn)
            furniture.remember(conn, learnt, at=self.now)
        self._waiting, self._letters = [], 0

    def _edited(self, changed: Sequence[tuple[Entry, Article]]) -> list[tuple[Entry, Article]]:
        """Without those whose page was only had now: what it says is no news to those who were told of it."""
        again = {(entry.source_id, entry.guid) for entries in self.again.values() for entry in entries}
        return [(entry, article) for entry, article in changed if (entry.source_id, entry.guid) not in again]

    def _remember_unread(self, conn: Connection) -> None:
        for source, outcome in self._waiting:
            if isinstance(outcome, Collected):
                asked = {entry.guid: entry.seen for entry in self.again.get(source.id, ())}
                later = {
                    guid: asked_again(asked.get(guid, self.now), now=self.now, retry_at=retry_at)
                    for guid, retry_at in outcome.unread.items()
                }
                unread.remember(conn, source.id, dict.fromkeys(asked) | later)

    def _remember_visits(self, conn: Connection) -> None:
        paces = sources.paces(conn, [source.id for source, _ in self._waiting])
        for source, outcome in self._waiting:
            pace = self._pace(source, outcome, paces.get(source.id, Pace()))
            if isinstance(outcome, Failure):
                sources.remember_failure(
                    conn, source.id, outcome.error, at=self.now, not_before=outcome.retry_at, pace=pace
                )
            else:
                sources.remember(conn, outcome, at=self.now, pace=pace)

    def _pace(self, source: Source, outcome: Visited, before: Pace) -> Pace:
        every = duration(self.fetch.every)
        # What is on the disk costs nobody anything.
        return Pace() if source.path else next_pace(source.id, outcome, before, every=every, now=self.now)


def _cleaned(fresh: Sequence[Entry], known: Mapping[str, Learnt]) -> tuple[list[Article], dict[str, Learnt]]:
    """One source after the other: what is said of its lines is remembered while it is of use."""
    cleaned: list[Article] = []
    learnt: dict[str, Learnt] = {}
    for _, some in groupby(fresh, key=attrgetter("source_id")):
        found, now = clean_and_learn(list(some), learnt=known)
        cleaned += found
        learnt |= now
    return cleaned, learnt


def _known(store: Store, source_id: str, guids: Collection[str]) -> frozenset[str]:
    with store.read() as conn:
        return entries.known(conn, source_id, guids)


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id
