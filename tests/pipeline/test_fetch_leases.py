"""Several processes fetch as politely as one: one at a host at a time, and one at a source."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from digest.model.errors import SourceError, StoreError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_in_turn, collect_sources
from digest.pipeline.fetch_leases import FetchLeases
from digest.settings import FetchSettings, Settings
from digest.store import Store
from tests.support.sites import rss
from tests.support.values import NOON, entry
from tests.support.web_servers import Answer, WebServer

HOUR = timedelta(hours=1)


def test_one_process_uses_a_host_at_a_time(sqlite_store: Store) -> None:
    """A second one waits until the first gives the host back."""
    users: list[str] = []

    async def fetch(process: FetchLeases, name: str) -> None:
        async with process.kept(), asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(request(process, name))
        process.close()

    async def request(process: FetchLeases, name: str) -> None:
        async with process.use("a.example"):
            users.append(name)
            await asyncio.sleep(0.02)
            users.append(name)

    async def both() -> None:
        first, second = FetchLeases(sqlite_store, now=NOON), FetchLeases(sqlite_store, now=NOON)
        await asyncio.gather(fetch(first, "first"), fetch(second, "second"))

    asyncio.run(both())

    assert sorted(users) == ["first"] * 6 + ["second"] * 6
    assert users in (["first"] * 6 + ["second"] * 6, ["second"] * 6 + ["first"] * 6)


def test_a_refusal_that_one_process_meets_holds_for_all(sqlite_store: Store) -> None:
    async def meet() -> None:
        with closing(FetchLeases(sqlite_store, now=NOON)) as process:
            async with process.kept(), process.use("a.example"):
                process.refuse("a.example", SourceError("429 too many", retry_at=NOON + HOUR))

    async def ask(now: timedelta) -> None:
        with closing(FetchLeases(sqlite_store, now=NOON + now)) as process:
            async with process.kept(), process.use("b.example"), process.use("a.example"):
                pass

    asyncio.run(meet())
    with pytest.raises(SourceError, match=r"^a\.example asked to wait until 2026.*: 429 too many") as caught:
        asyncio.run(ask(HOUR / 2))
    asyncio.run(ask(HOUR))

    assert caught.value.retry_at == NOON + HOUR
    assert caught.value.temporary


def test_pages_keep_the_hosts_distance_over_processes(sqlite_store: Store) -> None:
    waits: list[float] = []

    async def fetch_pages() -> None:
        with closing(FetchLeases(sqlite_store, now=NOON)) as process:
            async with process.kept():
                for _ in range(2):
                    started = asyncio.get_running_loop().time()
                    await process.page_turn("a.example", 0.2)
                    waits.append(asyncio.get_running_loop().time() - started)

    asyncio.run(fetch_pages())
    asyncio.run(fetch_pages())

    assert waits[0] < 0.15
    assert all(wait > 0.1 for wait in waits[1:])


def test_without_the_store_a_process_goes_on_alone() -> None:
    class BrokenStore:
        @contextmanager
        def begin(self, *, durable: bool = True) -> Iterator[Connection]:  # the store's
            raise StoreError("the store is away")
            yield

    async def fetch() -> None:
        async with leases.kept(), leases.use("a.example"):
            leases.refuse("a.example", SourceError("429", retry_at=NOON + HOUR))
            with pytest.raises(SourceError, match="asked to wait"):
                await leases.page_turn("a.example", 1.0)

    leases = FetchLeases(BrokenStore(), now=NOON)  # type: ignore[arg-type]
    with closing(leases):
        asyncio.run(fetch())


def test_a_source_is_fetched_by_one_process(web: WebServer, sqlite_store: Store) -> None:
    web.routes["/feed"] = Answer(body=rss("The ferry sails again"))
    sources = (Source(id="a", url=web.url("/feed")), Source(id="b", url=web.url("/feed?b")))
    app = make_app(Settings(sources=sources, fetch=FetchSettings(allow=(web.address,))), store=sqlite_store)
    with closing(FetchLeases(sqlite_store, now=NOON)) as other:
        assert other.claim_sources(["a"]) == {"a"}
        result = collect_sources(sources, app, now=NOON)

    assert web.paths == ["/feed?b"]
    assert (len(result.outcomes), result.busy) == (1, 1)
    assert collect_sources(sources, app, now=NOON + HOUR).busy == 0


def test_a_plugins_source_is_collected_by_one_process_which_knows_its_newest_guids(sqlite_store: Store) -> None:
    states: list[FetchState] = []

    async def collect(source: Source, state: FetchState, _: KnownGuids) -> Collected:
        states.append(state)
        entries = tuple(replace(entry(guid), source_id=source.id) for guid in ("low", "high"))
        return Collected(source=source, entries=entries)

    tides = Source(id="tides", collector="mine:collect")
    app = replace(make_app(Settings(sources=(tides,)), store=sqlite_store), collector_at=lambda *_: collect)
    with closing(FetchLeases(sqlite_store, now=NOON)) as other:
        other.claim_sources(["tides"])
        busy = collect_sources([tides], app, now=NOON).busy
    collect_sources([tides], app, now=NOON)
    collect_sources([tides], app, now=NOON + HOUR)

    assert busy == 1
    assert [state.newest_guids for state in states] == [(), ("high", "low")]


def test_a_worker_waits_for_sources_that_another_process_fetches(web: WebServer, sqlite_store: Store) -> None:
    """It may have been killed, and the next collection is far away."""
    web.routes["/feed"] = Answer(body=rss("The ferry sails again"))
    source = Source(id="a", url=web.url("/feed"))
    app = make_app(Settings(sources=(source,), fetch=FetchSettings(allow=(web.address,))), store=sqlite_store)
    stop, other = threading.Event(), FetchLeases(sqlite_store, now=NOON)
    other.claim_sources(["a"])
    releasing = threading.Timer(0.3, other.close)
    releasing.start()
    result = collect_in_turn((source,), app, clock=lambda: NOON, stop=stop)
    releasing.join()
    stop.set()
    other.claim_sources(["a"])
    stopped = collect_in_turn((source,), app, clock=lambda: NOON + HOUR, stop=stop)
    other.close()

    assert (len(result.outcomes), result.busy) == (1, 0)
    assert (len(stopped.outcomes), stopped.busy) == (0, 1)


def test_a_process_that_slept_fetches_no_source_that_another_may_have(sqlite_store: Store) -> None:
    now = 0.0
    with closing(FetchLeases(sqlite_store, now=NOON, monotonic=lambda: now)) as process:
        process.claim_sources(["a"])
        assert process.has_source("a")
        assert not process.has_source("b")
        now = 16.0
        assert not process.has_source("a")


def test_sources_of_a_host_that_asked_to_wait_are_not_fetched(web: WebServer, sqlite_store: Store) -> None:
    web.routes["/a"] = Answer(status=429, headers={"Retry-After": "3600"})
    web.routes["/b"] = Answer(body=rss("The ferry sails again"))
    a, b = Source(id="a", url=web.url("/a")), Source(id="b", url=web.url("/b"))
    app = make_app(Settings(sources=(a, b), fetch=FetchSettings(allow=(web.address,))), store=sqlite_store)

    collect_sources((a,), app, now=NOON)
    (failure,) = collect_sources((b,), app, now=NOON + HOUR / 2).failures
    collect_sources((b,), app, now=NOON + HOUR)

    assert web.paths == ["/a", "/b"]
    assert "asked to wait until" in failure.error
    assert failure.retry_at == NOON + HOUR
