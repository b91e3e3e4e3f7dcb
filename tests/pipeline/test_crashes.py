"""A source that meets a bug fails alone: the others are collected and stored, and the bug is logged whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.collect.collector import make_collector
from digest.model.errors import NothingCollected
from digest.model.failures import Failure
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import Collected, Collector, FetchState, KnownGuids, no_known_guids
from digest.model.slots import Slot
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import CollectResult, collect_into, collect_sources
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.publish import publish
from digest.settings import FetchSettings, Settings
from digest.store import Store, open_store, runs, slots, sources
from digest.store.slots import SlotStatus
from tests.support.sites import html, rss
from tests.support.web_servers import Answer, WebServer, web_server

NOW = datetime(2026, 3, 27, 7, tzinfo=UTC)
SLOT = Slot(due=NOW, key="2026-03-27")
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"))


@pytest.fixture
def web() -> Iterator[WebServer]:
    with web_server() as server:
        yield server


@pytest.fixture
def store() -> Iterator[Store]:
    with open_store("sqlite://") as memory_store:
        yield memory_store


@dataclass(frozen=True, slots=True)
class BuggyCollector:
    """Collects with ``collector``, except for the source ``bad``, where it raises."""

    collector: Collector
    error: Exception

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids = no_known_guids) -> Collected:
        if source.id == "bad":
            raise self.error
        return await self.collector(source, state, known_guids)


def collect(store: Store, web: WebServer, wanted: Sequence[Source], error: Exception | None = None) -> CollectResult:
    fetch = FetchSettings(allow=(web.address,))
    collector = make_collector(fetch, NOW)
    return collect_into(store, wanted, BuggyCollector(collector, error) if error else collector, fetch=fetch, now=NOW)


@pytest.mark.parametrize("robots", ["Crawl-delay: ²", "Disallow: //["])
def test_a_broken_robots_txt_stops_no_source(store: Store, web: WebServer, robots: str) -> None:
    web.routes["/robots.txt"] = Answer(body=f"User-agent: *\n{robots}\n".encode())
    web.routes |= {"/page": html(), "/feed": Answer(body=rss("Ferry sails again"))}

    result = collect(store, web, [Source(id="page", url=web.url("/page")), Source(id="feed", url=web.url("/feed"))])

    assert (result.failures, result.new_articles) == ((), 2)


@pytest.mark.parametrize("error", [ValueError("²"), RecursionError(), ExceptionGroup("two", [KeyError("x")])])
def test_an_exception_of_one_source_is_its_failure(store: Store, web: WebServer, error: Exception) -> None:
    web.routes["/feed"] = Answer(body=rss("Ferry sails again"))
    wanted = [Source(id="bad", url=web.url("/bad")), Source(id="feed", url=web.url("/feed"))]

    result = collect(store, web, wanted, error)

    assert [failure.source for failure in result.failures] == ["127.0.0.1"]
    assert type(error).__name__ in result.failures[0].error
    assert result.exceptions == (("127.0.0.1", error),)
    assert result.new_articles == 1
    with store.read() as conn:
        assert {health.id: bool(health.error) for health in sources.health(conn)} == {"bad": True, "feed": False}


def test_an_address_that_cannot_be_parsed_stops_no_source(store: Store, web: WebServer) -> None:
    web.routes["/feed"] = Answer(body=rss("Ferry sails again"))
    wanted = [Source(id="bad", url="http://[post.example/"), Source(id="feed", url=web.url("/feed"))]

    result = collect(store, web, wanted)

    assert (len(result.failures), result.new_articles) == (1, 1)


def test_an_exception_of_one_feed_in_a_list_is_a_problem_of_the_list(store: Store, web: WebServer) -> None:
    feeds = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in ("http://[post.example/", web.url("/feed")))
    web.routes["/list"] = Answer(body=f'<opml version="2.0"><body>{feeds}</body></opml>'.encode())
    web.routes["/feed"] = Answer(body=rss("Ferry sails again"))

    result = collect(store, web, [Source(id="list", url=web.url("/list"))])

    assert (result.failures, result.new_articles) == ((), 1)


def test_an_exception_while_storing_is_the_failure_of_its_source(
    store: Store, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.routes |= {"/feed": Answer(body=rss("Ferry sails again")), "/bad": Answer(body=rss("Poison"))}
    wanted = [Source(id="poison", url=web.url("/bad")), Source(id="feed", url=web.url("/feed"))]
    add = sources.record_success

    def add_unless_poisoned(conn: object, *fetched: Collected, **options: object) -> None:
        if any(collected.source.id == "poison" for collected in fetched):
            raise ValueError("poison")
        add(conn, *fetched, **options)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(sources, "record_success", add_unless_poisoned)
    result = collect(store, web, wanted)

    assert [isinstance(outcome, Failure) for outcome in result.outcomes] == [True, False]
    assert result.new_articles == 1


# --- publishing --------------------------------------------------------------------------------------------------


def app_with(store: Store, *wanted: Source) -> App:
    return make_app(Settings(sources=wanted, newsletters=(MAIN,)), store=store)


def statuses(store: Store) -> list[SlotStatus]:
    with store.read() as conn:
        return [*slots.statuses(conn, "main").values()]


@pytest.mark.parametrize("empty", ["skip", "send"])
def test_no_edition_is_decided_while_all_sources_fail(store: Store, tmp_path: Path, empty: str) -> None:
    app = app_with(store, Source(id="post", path=tmp_path / "missing"))
    collect_sources(app.settings.sources, app, now=NOW)

    with pytest.raises(NothingCollected, match="its only source can't be read since"):
        publish(replace(MAIN, empty=empty), SLOT, app, now=NOW)  # type: ignore[arg-type]  # one of its literals

    assert statuses(store) == []


def test_an_edition_without_news_is_empty_if_one_source_can_be_read(store: Store, tmp_path: Path) -> None:
    old = "---\ntitle: Old\ndate: 2020-01-01\n---\nThe ferry sailed once again after a long winter.\n"
    (tmp_path / "old.md").write_text(old, "utf-8")
    app = app_with(store, Source(id="post", path=tmp_path / "missing"), Source(id="old", path=tmp_path / "old.md"))
    collect_sources(app.settings.sources, app, now=NOW)

    assert publish(MAIN, SLOT, app, now=NOW).edition_id is None
    assert statuses(store) == [SlotStatus.EMPTY]


def test_an_edition_without_news_is_not_decided_after_the_collection_crashed(store: Store, tmp_path: Path) -> None:
    app = app_with(store, Source(id="post", path=tmp_path))
    with store.begin() as conn:
        runs.finish(conn, runs.start(conn, "collect", at=NOW - timedelta(hours=1)), "failed", at=NOW)

    with pytest.raises(NothingCollected, match="the collection of 2026-03-27 06:00 UTC failed"):
        publish(MAIN, SLOT, app, now=NOW)

    with store.read() as conn:
        assert find_collect_failure(conn, MAIN, app.settings, now=NOW)


# --- parts of one source -----------------------------------------------------------------------------------------

#: A selector so deep that reading a page with it ends in a RecursionError.
TOO_DEEP = "p " * 20_000
TEASERS = (
    b"<rss version='2.0'><channel><title>Harbour News</title><item><guid>1</guid><title>Ferry sails again</title>"
    b"<link>%s</link></item><item><guid>2</guid><title>Bridge closed</title></item></channel></rss>"
)


def test_an_exception_of_one_page_leaves_the_other_entries(store: Store, web: WebServer) -> None:
    web.routes |= {"/page": html(), "/feed": Answer(body=TEASERS % web.url("/page").encode())}
    wanted = [Source(id="feed", url=web.url("/feed"), selector=TOO_DEEP, full_text="always")]

    result = collect(store, web, wanted)

    assert (result.failures, result.new_articles) == ((), 2)
    assert [problem.error.partition(":")[0] for problem in result.problems] == ["the page of 1 can't be read"]
    assert [type(exception) for _, exception in result.exceptions] == [RecursionError]


def test_an_exception_of_one_file_leaves_the_others_of_its_folder(store: Store, web: WebServer, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_bytes(html().body)
    (tmp_path / "note.txt").write_text("The mill grinds again\n\nIt had stood still since autumn.\n")

    result = collect(store, web, [Source(id="folder", path=tmp_path, selector=TOO_DEEP)])

    assert (result.failures, result.new_articles) == ((), 1)
    assert result.problems[0].error.startswith("page.html: unexpected error: RecursionError")
    assert [type(exception) for _, exception in result.exceptions] == [RecursionError]


def test_a_feed_that_raises_is_a_problem_of_its_list(store: Store, web: WebServer) -> None:
    feeds = "".join(
        f'<outline type="rss" xmlUrl="{web.url(path)}" xmlns:d="urn:digest:source" d:selector="{selector}"/>'
        for path, selector in (("/page", TOO_DEEP), ("/feed", ""))
    )
    web.routes["/list"] = Answer(body=f'<opml version="2.0"><body>{feeds}</body></opml>'.encode())
    web.routes |= {"/page": html(), "/feed": Answer(body=rss("Ferry sails again"))}

    result = collect(store, web, [Source(id="list", url=web.url("/list"))])

    assert (result.failures, result.new_articles) == ((), 1)
    assert "unexpected error: RecursionError" in result.problems[0].error
    assert len(result.exceptions) == 1
