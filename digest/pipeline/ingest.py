"""Clean and store what visits bring, as it comes.

What came is stored a few sources at a time while others are still being visited, so that memory is bounded however
many there are, and one slow server holds up nobody. Where much comes, other processes help to clean it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from digest.clean.articles import CleanedBatch, clean, clean_by_source, group_by_source
from digest.collect.concurrent import SourceOutcome
from digest.collect.interval import next_interval, next_page_attempt
from digest.model import Article, BodyFormat, Entry, Failure, Source
from digest.model.boilerplate import LearnedBoilerplate
from digest.model.protocols import Collected, FetchInterval
from digest.processes.process_pool import ProcessPool
from digest.settings import FetchSettings
from digest.store import Store, articles, boilerplate, entries, pending_pages, sources, stories

#: Called as each source is done, in the order in which they finish.
Progress = Callable[[SourceOutcome], None]
#: Stored in one transaction: so many sources, or so many letters of text.
_SOURCES, _LETTERS = 20, 2_000_000
#: So many such batches are cleaned and stored at once; what else comes waits, so that memory is bounded.
_UNDER_WAY = 3
#: Letters that take long enough to clean for others to help: a twentieth of a second.
_MANY = 100_000

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = Entry(source_id="", guid="", url="", title="", body="<p>…</p>", form=BodyFormat.HTML, seen=_NEVER, source="")
#: Has all loaded that cleaning needs: HTML's reader, the language model.
_PREPARE = partial(clean_by_source, (_NOTHING,), {})
_Outcome = tuple[Source, SourceOutcome]


@dataclass(kw_only=True)
class Ingester:
    """Takes outcomes as they come, and stores some at a time. Its crew is to be dismissed in the end."""

    store: Store
    fetch: FetchSettings
    now: datetime
    on_done: Progress | None
    #: What each source was asked for again.
    pending_pages: Mapping[str, tuple[Entry, ...]]
    #: What became of each source, by its id, without the entries; and how many articles are new.
    outcomes: dict[str, SourceOutcome] = field(default_factory=dict)
    new: int = 0
    #: Who cleans what is much.
    pool: ProcessPool = field(default_factory=lambda: ProcessPool(_PREPARE))
    _waiting: list[_Outcome] = field(default_factory=list)
    _letters: int = 0
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)
    _room: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, _UNDER_WAY))

    async def add(self, source: Source, outcome: SourceOutcome) -> None:
        """Keep it with some others, once there are enough; then come back."""
        self.outcomes[source.id] = replace(outcome, entries=()) if isinstance(outcome, Collected) else outcome
        if self.on_done:
            self.on_done(outcome)
        async with self._door:  # while some wait for room, so does whatever comes
            self._waiting.append((source, outcome))
            self._letters += _letters(_entries(outcome))
            if len(self._waiting) < _SOURCES and self._letters < _LETTERS:
                return
            some, self._waiting, self._letters = self._waiting, [], 0
            await self._room.acquire()
        try:
            await self._keep(some)
        finally:
            self._room.release()

    async def flush(self) -> None:
        """Store what still waits for more to come: nothing does."""
        if self._waiting:
            await self._keep(self._waiting)

    async def _keep(self, some: Sequence[_Outcome]) -> None:
        """Clean these and store them, all in one transaction; who else writes waits for no cleaning."""
        brought = [entry for _, outcome in some for entry in _entries(outcome)]
        with self.store.read() as conn:
            fresh, edited = entries.new_and_changed(conn, brought)
            known = boilerplate.load(conn, {entry.source_id for entry in (*fresh, *edited)})
        cleaned, learnt = await self._cleaned(fresh, known)
        changed = list(zip(edited, clean(edited, learned={**known, **learnt}), strict=True))
        with self.store.begin() as conn:
            self._remember_visits(conn, some)
            self.new += len(entries.add(conn, brought))
            articles.add(conn, zip(fresh, cleaned, strict=True))
            stories.save_published_wordings(conn, articles.changed_wordings(conn, self._edited(changed)))
            articles.add(conn, changed)
            self._remember_unread(conn, some)
            boilerplate.save(conn, learnt, at=self.now)

    async def _cleaned(self, fresh: Sequence[Entry], known: Mapping[str, LearnedBoilerplate]) -> CleanedBatch:
        if _letters(fresh) < _MANY:
            return clean_by_source(fresh, known)
        cleaned: list[Article] = []
        learnt: dict[str, LearnedBoilerplate] = {}
        for found, now in await self.pool.starmap(clean_by_source, [(some, known) for some in group_by_source(fresh)]):
            cleaned += found
            learnt |= now
        return cleaned, learnt

    def _edited(self, changed: Sequence[tuple[Entry, Article]]) -> list[tuple[Entry, Article]]:
        """Without those whose page was only had now: what it says is no news to those who were told of it."""
        return [(entry, article) for entry, article in changed if not self._is_late(entry)]

    def _is_late(self, entry: Entry) -> bool:
        return any(late.guid == entry.guid for late in self.pending_pages.get(entry.source_id, ()))

    def _remember_unread(self, conn: Connection, some: Sequence[_Outcome]) -> None:
        for source, outcome in some:
            if isinstance(outcome, Collected):
                asked = {entry.guid: entry.seen for entry in self.pending_pages.get(source.id, ())}
                later = {
                    guid: next_page_attempt(asked.get(guid, self.now), now=self.now, retry_at=retry_at)
                    for guid, retry_at in outcome.pending_pages.items()
                }
                pending_pages.save(conn, source.id, dict.fromkeys(asked) | later)

    def _remember_visits(self, conn: Connection, some: Sequence[_Outcome]) -> None:
        before = sources.fetch_intervals(conn, [source.id for source, _ in some])
        paces = {
            source.id: self._pace(source, outcome, before.get(source.id, FetchInterval())) for source, outcome in some
        }
        sources.record_success(conn, *(one for _, one in some if isinstance(one, Collected)), at=self.now, paces=paces)
        for source, one in some:
            if isinstance(one, Failure):
                sources.record_failure(
                    conn, source, one.error, at=self.now, not_before=one.retry_at, pace=paces[source.id]
                )

    def _pace(self, source: Source, outcome: SourceOutcome, before: FetchInterval) -> FetchInterval:
        every = self.fetch.every
        # What is on the disk costs nobody anything.
        return FetchInterval() if source.path else next_interval(source.id, outcome, before, every=every, now=self.now)


def _entries(outcome: SourceOutcome) -> tuple[Entry, ...]:
    return outcome.entries if isinstance(outcome, Collected) else ()


def _letters(found: Sequence[Entry]) -> int:
    return sum(len(entry.body) for entry in found)
