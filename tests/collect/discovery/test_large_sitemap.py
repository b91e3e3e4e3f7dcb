"""A large site map is parsed in another process, with limits: this one goes on meanwhile."""

from __future__ import annotations

import asyncio
import time

from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected
from digest.settings import FetchSettings
from tests.support.sites import SEEN, rss
from tests.support.sites import collect as collect_path
from tests.support.web_servers import Answer, WebServer

ROW = "<url><loc>{}</loc><lastmod>2026-03-2{}</lastmod><news><title>Notice {}</title></news></url>"


def test_a_hostile_site_map_is_ended_while_the_event_loop_goes_on(web: WebServer) -> None:
    web.routes |= {"/map.xml": Answer(body=b"<urlset>" + b"<url/>" * 1_500_000), "/feed": Answer(body=rss("Ferry"))}
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=2), SEEN)
    wanted = [Source(id=path, url=web.url(f"/{path}")) for path in ("map.xml", "feed")]
    started = time.thread_time()

    bad, good = asyncio.run(collect(wanted, collector))

    assert isinstance(bad, Failure)
    assert isinstance(good, Collected)
    assert time.thread_time() - started < 1


def test_a_large_site_map_gives_its_newest_pages(web: WebServer) -> None:
    rows = "".join(ROW.format(web.url(f"/news/{number}"), number % 7, number) for number in range(3_000))
    web.routes["/map.xml"] = Answer(body=f"<urlset>{rows}</urlset>".encode())

    collected = collect_path(web, "/map.xml", timeout_s=20)

    assert collected.kind == "site map"
    assert collected.entries
    assert {int(entry.guid.rpartition("/")[2]) % 7 for entry in collected.entries} == {6}
