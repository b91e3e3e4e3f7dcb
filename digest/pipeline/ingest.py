"""Cleans and stores collected entries as they arrive.

Outcomes are stored in batches of a few sources while other sources are still being fetched. That bounds memory, and one
slow server delays no other source. A process pool helps to clean large batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from digest.clean.articles import CleanedBatch, clean, clean_by_source, group_by_source
from digest.collect.concurrent import SourceOutcome, unexpected_failure
from digest.collect.interval import next_interval, next_page_attempt
from digest.model.articles import Article, BodyFormat, Entry
from digest.model.boilerplate import LearnedBoilerplate
from digest.model.errors import DigestError
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchInterval
from digest.pipeline.article_ids import with_distinct_ids
from digest.pipeline.extraction_version import extraction_version
from digest.pipeline.fetch_history import record_fetches
from digest.processes.process_pool import ProcessPool
from digest.settings import FetchSettings
from digest.store import Store, articles, boilerplate, entries, mails, pending_pages, sources, stories, watched_articles

#: Called with each source's outcome, in the order in which they finish.
Progress = Callable[[SourceOutcome], None]
#: Size of a batch, which is stored in one transaction: sources, or characters of text.
_BATCH_SOURCES, _BATCH_CHARACTERS = 20, 2_000_000
#: Batches cleaned and stored at once; further outcomes wait, so that memory is bounded.
_MAX_BATCHES = 3
#: Characters from which the pool helps: cleaning them takes a twentieth of a second.
_POOL_CHARACTERS = 100_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EMPTY = Entry(source_id="", guid="", url="", title="", body="<p>…</p>", form=BodyFormat.HTML, seen=_EPOCH, source="")
#: Loads the HTML parser and the language model into a worker process.
_WARM_UP = partial(clean_by_source, (_EMPTY,), {})
_Batch = Sequence[tuple[Source, SourceOutcome]]


@dataclass(kw_only=True)
class Ingester:
    """Stores outcomes in batches. The caller closes ``pool``."""

    store: Store
    fetch: FetchSettings
    now: datetime
    on_done: Progress | None
    #: Teasers whose pages are retried in this run, by source id.
    pending_pages: Mapping[str, tuple[Entry, ...]]
    #: By source id, without the entries.
    outcomes: dict[str, SourceOutcome] = field(default_factory=dict)
    #: Number of new articles.
    new: int = 0
    pool: ProcessPool = field(default_factory=lambda: ProcessPool(_WARM_UP))
    _queue: list[tuple[Source, SourceOutcome]] = field(default_factory=list)
    _characters: int = 0
    _queue_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _batch_slots: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, _MAX_BATCHES))

    async def add(self, source: Source, outcome: SourceOutcome) -> None:
        """Queue the outcome; store the queue once it is a full batch, and return after that."""
        self.outcomes[source.id] = _without_content(outcome)
        if self.on_done:
            self.on_done(outcome)
        async with self._queue_lock:  # held while waiting for a slot, so that the queue can't grow meanwhile
            self._queue.append((source, outcome))
            self._characters += _character_count(_entries(outcome))
            if len(self._queue) < _BATCH_SOURCES and self._characters < _BATCH_CHARACTERS:
                return
            batch, self._queue, self._characters = self._queue, [], 0
            await self._batch_slots.acquire()
        try:
            await self._ingest_each(batch)
        finally:
            self._batch_slots.release()

    async def flush(self) -> None:
        """Store the last, incomplete batch."""
        if self._queue:
            await self._ingest_each(self._queue)

    async def _ingest_each(self, batch: _Batch) -> None:
        """Ingest the batch; if a bug stops that, each source alone, so that only the one that meets it fails."""
        try:
            await self._ingest(batch)
        except DigestError:
            raise
        except Exception as error:
            source, outcome = batch[0]
            if isinstance(outcome, Failure) and len(batch) == 1:
                raise
            for item in batch if len(batch) > 1 else ():
                await self._ingest_each([item])
            if len(batch) == 1:
                self.outcomes[source.id] = failure = unexpected_failure(source, error)
                await self._ingest([(source, failure)])

    async def _ingest(self, batch: _Batch) -> None:
        """Clean the batch, then store it in one transaction; no other writer waits for the cleaning."""
        collected = [entry for _, outcome in batch for entry in _entries(outcome)]
        with self.store.read() as conn:
            new, edited = entries.new_and_changed(conn, collected)
            learned = boilerplate.load(conn, {entry.source_id for entry in (*new, *edited)})
        cleaned, newly_learned = await self._clean(new, learned)
        changes = list(zip(edited, clean(edited, learned={**learned, **newly_learned}), strict=True))
        with self.store.begin(durable=False) as conn:  # what a power cut undoes is fetched again
            fetched_ids = self._record_fetches(conn, batch)
            added = entries.add(conn, collected)
            pairs = with_distinct_ids(conn, collected, list(zip(new, cleaned, strict=True)))
            articles.add(conn, pairs, extraction=extraction_version())
            wordings = articles.changed_wordings(conn, self._without_late_pages(changes))
            stories.save_published_wordings(conn, wordings)
            watched_articles.wake(conn, wordings, at=self.now)
            articles.add(conn, changes, extraction=extraction_version())
            self._record_pending_pages(conn, batch)
            boilerplate.save(conn, newly_learned, at=self.now)
            self._record_mails(conn, batch)
            record_fetches(conn, [pair for pair in batch if pair[0].id in fetched_ids], added, at=self.now)
        self.new += len(added)

    async def _clean(self, new: Sequence[Entry], learned: Mapping[str, LearnedBoilerplate]) -> CleanedBatch:
        if _character_count(new) < _POOL_CHARACTERS:
            return clean_by_source(new, learned)
        cleaned: list[Article] = []
        newly_learned: dict[str, LearnedBoilerplate] = {}
        calls = [(of_source, _of_source(learned, of_source[0].source_id)) for of_source in group_by_source(new)]
        for source_articles, source_learned in await self.pool.starmap(clean_by_source, calls):
            cleaned += source_articles
            newly_learned |= source_learned
        return cleaned, newly_learned

    def _without_late_pages(self, changes: Sequence[tuple[Entry, Article]]) -> list[tuple[Entry, Article]]:
        """The changes, except for those whose page was fetched only now: its text is no news to subscribers."""
        return [(entry, article) for entry, article in changes if not self._is_late_page(entry)]

    def _is_late_page(self, entry: Entry) -> bool:
        return any(pending.guid == entry.guid for pending in self.pending_pages.get(entry.source_id, ()))

    def _record_pending_pages(self, conn: Connection, batch: _Batch) -> None:
        for source, outcome in batch:
            if isinstance(outcome, Collected):
                retried = {entry.guid: entry.seen for entry in self.pending_pages.get(source.id, ())}
                attempts = {
                    guid: next_page_attempt(retried.get(guid, self.now), now=self.now, retry_at=retry_at)
                    for guid, retry_at in outcome.pending_pages.items()
                }
                pending_pages.save(conn, source.id, dict.fromkeys(retried) | attempts)

    def _record_mails(self, conn: Connection, batch: _Batch) -> None:
        """Record which mails were read, with what they brought: a process that is killed reads them again."""
        for source, outcome in batch:
            if isinstance(outcome, Collected) and outcome.mail_run:
                mails.record_run(conn, source, outcome.mail_run, at=self.now)

    def _record_fetches(self, conn: Connection, batch: _Batch) -> frozenset[str]:
        """Record the state of each source; return the ids of those for which a request was made."""
        before = sources.fetch_intervals(conn, [source.id for source, _ in batch])
        intervals = {
            source.id: self._interval(source, outcome, before.get(source.id, FetchInterval()))
            for source, outcome in batch
        }
        collected = [outcome for _, outcome in batch if isinstance(outcome, Collected)]
        sources.record_success(conn, *collected, at=self.now, intervals=intervals)
        for source, outcome in batch:
            if isinstance(outcome, Failure):
                sources.record_failure(
                    conn, source, outcome.error, at=self.now, not_before=outcome.retry_at, interval=intervals[source.id]
                )
        return frozenset(id_ for id_, interval in intervals.items() if interval is not before.get(id_))

    def _interval(self, source: Source, outcome: SourceOutcome, before: FetchInterval) -> FetchInterval:
        if source.path or (source.mailbox and isinstance(outcome, Collected)):  # reading the disk burdens no server
            return FetchInterval()
        return next_interval(source.id, outcome, before, every=self.fetch.every, now=self.now)


def _without_content(outcome: SourceOutcome) -> SourceOutcome:
    return replace(outcome, entries=(), mail_run=None) if isinstance(outcome, Collected) else outcome


def _of_source(learned: Mapping[str, LearnedBoilerplate], source_id: str) -> dict[str, LearnedBoilerplate]:
    return {source_id: learned[source_id]} if source_id in learned else {}


def _entries(outcome: SourceOutcome) -> tuple[Entry, ...]:
    return outcome.entries if isinstance(outcome, Collected) else ()


def _character_count(entries_: Sequence[Entry]) -> int:
    return sum(len(entry.body) for entry in entries_)
