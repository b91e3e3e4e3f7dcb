"""A source at a public address reaches no private address, though the user allowed it for other sources."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from digest.collect.collector import make_collector
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState
from digest.settings import FetchSettings
from tests.support.sites import ALTERNATE, PARAGRAPHS, SEEN, html, rss, titles
from tests.support.web_servers import Answer, WebServer

REFUSED = "not on the public Internet, and only a source whose own address is allowed may lead there"
TEASER = "The ferry sails again, says the harbour office."


def collect(source: Source, intranet: WebServer, *, state: FetchState | None = None) -> Collected:
    """Collect the source; the intranet's address is allowed."""
    collector = make_collector(FetchSettings(allow=(intranet.address,), timeout_s=5), SEEN)
    return asyncio.run(collector(source, state or FetchState()))


def web_source(server: WebServer, path: str = "/feed") -> Source:
    return Source(id="web", url=server.url(path))


def feed_of(link: str) -> Answer:
    item = (
        f"<item><guid>1</guid><link>{link}</link><title>Ferry sails</title><description>{TEASER}</description></item>"
    )
    return Answer(body=f"<rss version='2.0'><channel><title>News</title>{item}</channel></rss>".encode())


def opml_of(*urls: str) -> bytes:
    outlines = "".join(f'<outline type="rss" text="One" xmlUrl="{url}"/>' for url in urls)
    return f"<opml version='2.0'><body>{outlines}</body></opml>".encode()


@pytest.fixture
def intranet(web: WebServer) -> WebServer:
    """An allowed server with a page and a feed."""
    web.routes |= {"/page": html(), "/feed": Answer(body=rss("Salaries")), "/robots.txt": Answer(status=404)}
    return web


def test_a_public_feed_does_not_get_the_text_of_an_internal_page(intranet: WebServer, public_web: WebServer) -> None:
    public_web.routes["/feed"] = feed_of(intranet.url("/page"))

    collected = collect(web_source(public_web), intranet)

    assert [entry.body for entry in collected.entries] == [TEASER]
    assert collected.problems == (f"Ferry sails: its page is not fetched: 127.0.0.1 is {REFUSED}",)
    assert intranet.requests == []


def test_a_feed_at_an_allowed_address_gets_the_text_of_its_pages(intranet: WebServer) -> None:
    intranet.routes["/feed"] = feed_of(intranet.url("/page"))

    collected = collect(web_source(intranet), intranet)

    assert [entry.body.count("<p>") for entry in collected.entries] == [PARAGRAPHS.count("<p>")]
    assert collected.problems == ()


def test_a_source_at_an_allowed_address_may_lead_to_public_ones(intranet: WebServer, public_web: WebServer) -> None:
    intranet.routes["/old"] = Answer(status=301, headers={"Location": public_web.url("/feed")})
    public_web.routes["/feed"] = Answer(body=rss("A"))

    assert titles(collect(web_source(intranet, "/old"), intranet)) == ["A"]


Lead = Callable[[WebServer, WebServer], None]


def redirect(intranet: WebServer, public: WebServer) -> None:
    public.routes["/"] = Answer(status=302, headers={"Location": intranet.url("/feed")})


def redirect_twice(intranet: WebServer, public: WebServer) -> None:
    public.routes["/"] = Answer(status=302, headers={"Location": "/again"})
    public.routes["/again"] = Answer(status=301, headers={"Location": intranet.url("/page")})


def declare_feed(intranet: WebServer, public: WebServer) -> None:
    public.routes["/"] = html(ALTERNATE.format(intranet.url("/feed")), body="")


def name_feed_in_header(intranet: WebServer, public: WebServer) -> None:
    link = f'<{intranet.url("/feed")}>; rel="alternate"; type="application/rss+xml"'
    public.routes["/"] = Answer(body=html(body="").body, headers={"Content-Type": "text/html", "Link": link})


def name_site_map(intranet: WebServer, public: WebServer) -> None:
    intranet.routes["/map.xml"] = Answer(
        body=f"<urlset><url><loc>{intranet.url('/page')}</loc></url></urlset>".encode()
    )
    public.routes["/robots.txt"] = Answer(body=f"Sitemap: {intranet.url('/map.xml')}\n".encode())
    public.routes["/"] = html(body="")


def list_feed(intranet: WebServer, public: WebServer) -> None:
    public.routes["/"] = Answer(body=opml_of(intranet.url("/feed")))


@pytest.mark.parametrize(
    "lead", [redirect, redirect_twice, declare_feed, name_feed_in_header, name_site_map, list_feed]
)
def test_a_public_source_can_not_lead_to_an_allowed_address(
    intranet: WebServer, public_web: WebServer, lead: Lead
) -> None:
    lead(intranet, public_web)

    with pytest.raises(SourceError):
        collect(web_source(public_web, "/"), intranet)
    assert intranet.requests == []


@pytest.mark.parametrize("lead", [redirect, list_feed])
def test_the_refusal_says_why(intranet: WebServer, public_web: WebServer, lead: Lead) -> None:
    lead(intranet, public_web)

    with pytest.raises(SourceError, match=REFUSED):
        collect(web_source(public_web, "/"), intranet)


def test_a_feed_that_moved_to_an_allowed_address_before_is_refused(intranet: WebServer, public_web: WebServer) -> None:
    public_web.routes["/feed"] = Answer(body=rss("A"))

    collected = collect(web_source(public_web), intranet, state=FetchState(url=intranet.url("/feed")))

    assert titles(collected) == ["A"]
    assert intranet.requests == []


def test_the_feeds_of_a_file_are_sources_of_their_own(
    intranet: WebServer, public_web: WebServer, tmp_path: Path
) -> None:
    """The user wrote it: an allowed feed is read, and a public one still leads nowhere inside."""
    public_web.routes["/feed"] = feed_of(intranet.url("/page"))
    (tmp_path / "feeds.opml").write_bytes(opml_of(intranet.url("/feed"), public_web.url("/feed")))

    collected = collect(Source(id="list", path=tmp_path / "feeds.opml"), intranet)

    assert titles(collected) == ["Salaries", "Ferry sails"]
    assert collected.entries[1].body == TEASER
    assert "/page" not in intranet.paths


def test_the_feeds_of_a_list_at_an_allowed_address_are_sources_of_their_own(
    intranet: WebServer, public_web: WebServer
) -> None:
    public_web.routes["/feed"] = feed_of(intranet.url("/page"))
    intranet.routes["/list"] = Answer(body=opml_of(intranet.url("/feed"), public_web.url("/feed")))

    collected = collect(web_source(intranet, "/list"), intranet)

    assert titles(collected) == ["Salaries", "Ferry sails"]
    assert "/page" not in intranet.paths


def test_internal_rules_that_another_source_fetched_open_nothing(intranet: WebServer, public_web: WebServer) -> None:
    intranet.routes["/feed"] = feed_of(intranet.url("/page"))
    public_web.routes["/feed"] = feed_of(intranet.url("/page"))
    collector = make_collector(FetchSettings(allow=(intranet.address,), timeout_s=5), SEEN)

    async def both() -> list[Collected]:
        return [await collector(web_source(server), FetchState()) for server in (intranet, public_web)]

    internal, public = asyncio.run(both())

    assert internal.entries[0].body.count("<p>") == 8
    assert public.entries[0].body == TEASER
