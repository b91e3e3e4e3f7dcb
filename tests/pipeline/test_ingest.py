"""Entries are stored in batches as they arrive, independent of other sources."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from digest.model.articles import BodyFormat, Entry
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.model.slots import Window
from digest.pipeline.collect import collect_into
from digest.settings import FetchSettings
from digest.store import Store, articles, boilerplate, daily_counts, entries, open_store, source_history, sources

NOW = datetime(2026, 3, 27, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: More than are stored at once.
MANY = [Source(id=str(number), url=f"https://{number}.example/") for number in range(120)]


class FakeCollector:
    """Gives one entry for each source; the last source waits until ``stored_before_last`` entries are stored."""

    def __init__(self, store: Store, *, characters: int = 10, stored_before_last: int = 0) -> None:
        self.store = store
        self.characters = characters
        self.stored_before_last = stored_before_last
        self.known: dict[str, frozenset[str]] = {}

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        self.known[source.id] = known_guids(["guid", "other"])
        if source == MANY[-1]:
            await self._stored()
        if source.section == "broken":
            raise SourceError("down")
        return Collected(source=source, entries=(entry(source, "x" * self.characters),))

    async def _stored(self) -> None:
        async with asyncio.timeout(60):
            stored = -1
            while stored < self.stored_before_last:
                await asyncio.sleep(0.01)
                with self.store.read() as conn:
                    stored = sum(entries.counts(conn, since=NOW).values())
        assert stored == self.stored_before_last


def entry(source: Source, body: str) -> Entry:
    return Entry(
        source_id=source.id,
        guid="guid",
        url=source.url,
        title="T",
        body=body,
        form=BodyFormat.TEXT,
        seen=NOW,
        source="S",
    )


def test_a_slow_source_does_not_delay_the_entries_of_stored_before_last() -> None:
    with open_store("sqlite://") as store:
        result = collect_into(store, MANY, FakeCollector(store, stored_before_last=100), fetch=FetchSettings(), now=NOW)

        assert result.new_articles == 120
        assert [outcome.source for outcome in result.outcomes if isinstance(outcome, Collected)] == MANY


def test_a_batch_of_long_texts_is_stored_early() -> None:
    with open_store("sqlite://") as store:
        bring = FakeCollector(store, characters=1_000_000, stored_before_last=8)
        assert collect_into(store, [*MANY[:9], MANY[-1]], bring, fetch=FetchSettings(), now=NOW).new_articles == 10


def test_entries_of_other_sources_are_stored_despite_a_bug() -> None:
    async def buggy(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        if source == MANY[-1]:
            await asyncio.sleep(0.3)
            raise KeyError(source.id)
        return Collected(source=source, entries=(entry(source, "x"),))

    with open_store("sqlite://") as store:
        result = collect_into(store, MANY, buggy, fetch=FetchSettings(), now=NOW)

        assert (len(result.failures), result.new_articles) == (1, 119)
        with store.read() as conn:
            assert len(sources.health(conn)) == 120


def test_a_collector_gets_the_guids_that_are_stored() -> None:
    with open_store("sqlite://") as store:
        first, second = FakeCollector(store), FakeCollector(store)
        collect_into(store, MANY[:1], first, fetch=FetchSettings(), now=NOW)
        collect_into(store, MANY[:1], second, fetch=FetchSettings(), now=NOW + timedelta(hours=1))

        assert (first.known, second.known) == ({"0": frozenset()}, {"0": {"guid"}})


def test_failures_in_a_row_are_counted_in_the_store() -> None:
    dead = Source(id="dead", url="https://dead.example/", section="broken")
    with open_store("sqlite://") as store:
        for day in range(3):
            collect_into(store, [dead], FakeCollector(store), fetch=FetchSettings(), now=NOW + timedelta(days=day))
        with store.read() as conn:
            assert sources.fetch_intervals(conn, ["dead"])["dead"].failures == 3
            assert sources.not_due_ids(conn, now=NOW + timedelta(days=2, minutes=30)) == {"dead"}
            assert sources.not_due_ids(conn, now=NOW + timedelta(days=2, minutes=61)) == frozenset()


def test_fetches_are_counted_by_day_without_those_that_the_server_put_off() -> None:
    steady = Source(id="steady", url="https://steady.example/")
    busy = Source(id="busy", url="https://busy.example/")

    async def fetch(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        if source == busy:
            raise SourceError("come back later", retry_at=NOW + 2 * HOUR)
        await asyncio.sleep(0.02)
        old = replace(entry(source, "x"), guid="old", published=NOW - timedelta(days=8))
        return Collected(source=source, entries=(entry(source, "x"), old))

    with open_store("sqlite://") as store:
        for hour in range(2):
            collect_into(store, [steady, busy], fetch, fetch=FetchSettings(), now=NOW + hour * HOUR)
        with store.read() as conn:
            histories = source_history.histories(conn, ["steady", "busy"], since=NOW.date())
            totals = daily_counts.totals(conn, [""])

    (good,), (bad,) = histories["steady"], histories["busy"]
    assert (good.fetches, good.failures, good.entries) == (2, 0, 1)
    assert 40 <= good.fetch_ms < 4000
    assert (bad.fetches, bad.failures) == (1, 1)
    assert totals == {("", "sources fetched"): 2, ("", "sources failed"): 1, ("", "entries"): 1}


def test_the_store_is_writable_while_entries_are_cleaned(tmp_path: Path) -> None:
    """Cleaning may take seconds, and SMTP replies must be committed meanwhile."""
    with open_store(f"sqlite:///{tmp_path / 'kept.db'}") as store:

        class Watched(str):
            """Text that writes to the store while it is cleaned."""

            def split(self, *args: Any, **kwargs: Any) -> list[str]:
                with open_store(f"sqlite:///{tmp_path / 'kept.db'}?timeout=0.1") as second, second.begin() as conn:
                    written.append(conn)
                return super().split(*args, **kwargs)

        async def bring(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
            return Collected(source=source, entries=(entry(source, Watched("A line.")),))

        written: list[Any] = []
        assert collect_into(store, MANY[:1], bring, fetch=FetchSettings(), now=NOW).new_articles == 1

    assert written


async def prolific(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
    """A collector that gives twenty articles."""
    story = f"<p>{SENTENCE * 8} That is what {source.url} tells.</p><p>Read more news on our site</p>"
    await asyncio.sleep(0.01)
    whole = replace(entry(source, story * 8), form=BodyFormat.HTML)
    entries_ = (replace(whole, guid=str(at), url=f"{source.url}{at}") for at in range(20))
    return Collected(source=source, entries=tuple(entries_))


SENTENCE = "The ferry sails again, says the harbour office in its notice of today. "


def test_articles_are_the_same_with_and_without_a_process_pool() -> None:
    """With one processor this process cleans all entries; with more, workers clean some."""
    available_cpus = os.sched_getaffinity(0)

    def cleaned(allowed: set[int]) -> tuple[object, object]:
        os.sched_setaffinity(0, allowed)
        try:
            with open_store("sqlite://") as store:
                collect_into(store, MANY, prolific, fetch=FetchSettings(concurrency=8), now=NOW)
                with store.read() as conn:
                    ids = [source.id for source in MANY]
                    stored = articles.in_window(conn, ids, Window(start=NOW - timedelta(days=1), end=NOW + HOUR))
                    return stored, boilerplate.load(conn, ids)
        finally:
            os.sched_setaffinity(0, available_cpus)

    here, anywhere = cleaned({min(available_cpus)}), cleaned(set(available_cpus))
    assert here == anywhere
    assert isinstance(here[0], tuple)
    assert len(here[0]) == 120 * 20


def test_collecting_waits_for_slow_storing() -> None:
    """Memory is bounded."""
    visited = 0
    most = 0

    async def quick(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        nonlocal visited, most
        with store.read() as conn:
            stored = sum(entries.counts(conn, since=NOW).values())
        visited += 1
        most = max(most, visited - stored)
        return Collected(source=source, entries=(entry(source, "x" * 300_000),))

    with open_store("sqlite://") as store:
        result = collect_into(store, MANY, quick, fetch=FetchSettings(concurrency=16), now=NOW)

    assert result.new_articles == 120
    assert most <= 16 + 4 * 7  # visits at once; three batches under way and one that waits, of seven such texts each
