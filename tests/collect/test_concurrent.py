"""Concurrent collecting of sources, of which none stops another."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.model.errors import SourceError
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, web_server


class SlowCollector:
    """A slow collector that counts its concurrent calls."""

    def __init__(self) -> None:
        self.inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.asked: dict[str, FetchState] = {}

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        self.asked[source.id] = state
        host = source.url.split("/")[2]
        for name in (host, "all"):
            self.inside[name] += 1
            self.most[name] = max(self.most[name], self.inside[name])
        await asyncio.sleep(0.02 if source.id == "0" else 0.001)
        self.inside.subtract((host, "all"))
        if source.section == "broken":
            raise SourceError("two\nlines: try later")
        return Collected(source=source, entries=())


def sources(*hosts: str, section: str = "") -> list[Source]:
    return [
        Source(id=str(number), url=f"https://{host}/{number}", section=section) for number, host in enumerate(hosts)
    ]


def test_outcomes_are_in_the_order_of_the_sources() -> None:
    all_sources = sources("a.example", "b.example", "c.example")
    finished: list[str] = []

    outcomes = asyncio.run(
        collect(all_sources, SlowCollector(), on_done=lambda outcome: finished.append(outcome.source.id))
    )  # type: ignore[union-attr]

    assert [outcome.source for outcome in outcomes] == all_sources
    assert sorted(finished) == ["0", "1", "2"]
    assert finished[-1] == "0"


def test_concurrency_is_limited_in_total_and_per_host() -> None:
    slow = SlowCollector()

    asyncio.run(collect(sources(*["a.example"] * 10, *["b.example"] * 10), slow, concurrency=3, per_host=2))

    assert slow.most == {"a.example": 2, "b.example": 2, "all": 3}


def test_each_source_is_collected_with_its_state() -> None:
    slow = SlowCollector()

    asyncio.run(collect(sources("a.example", "b.example"), slow, {"1": FetchState(etag="x")}))

    assert slow.asked == {"0": FetchState(), "1": FetchState(etag="x")}


def test_a_failed_source_is_a_value_on_one_line() -> None:
    (failure,) = asyncio.run(collect(sources("a.example", section="broken"), SlowCollector()))

    assert failure == Failure(source="a.example", url="https://a.example/0", error="two lines: try later")


def test_a_failure_hides_the_password() -> None:
    source = Source(id="s", url="https://name:secret@a.example/feed", section="broken", title="Private")

    (failure,) = asyncio.run(collect([source], SlowCollector()))

    assert failure == Failure(source="Private", url="https://a.example/feed", error="two lines: try later")


def test_a_bug_is_the_failure_of_its_source() -> None:
    async def buggy(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        raise KeyError(source.id)

    (failure,) = asyncio.run(collect(sources("a.example"), buggy))

    assert isinstance(failure, Failure)
    assert isinstance(failure.exception, KeyError)
    assert failure.error.startswith("unexpected error: KeyError")


def test_failing_sources_do_not_affect_others(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry sails again.")
    with web_server() as web:
        web.routes["/feed"] = Answer(body=b"<rss version='2.0'><channel><item><title>A</title></item></channel></rss>")
        web.routes["/bomb"] = Answer(body=b"x" * 100, headers={"Content-Encoding": "gzip"})
        web.routes["/inside"] = Answer(status=302, headers={"Location": "http://127.0.0.1:1/"})
        all_sources = [
            Source(id="folder", path=tmp_path),
            *(Source(id=path, url=web.url(path)) for path in ("/feed", "/bomb", "/inside", "/dead")),
            Source(id="nowhere", path=tmp_path / "nowhere"),
        ]
        collector = make_collector(FetchSettings(allow=(web.address,)), datetime(2026, 3, 27, tzinfo=UTC))
        outcomes = asyncio.run(collect(all_sources, collector))

    assert [type(outcome).__name__ for outcome in outcomes] == ["Collected", "Collected", *["Failure"] * 4]
