"""Feed discovery from a page."""

from __future__ import annotations

import pytest

from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from tests.support.sites import ALTERNATE, JSON_FEED, PARAGRAPHS, collect, html, rss, titles
from tests.support.web_servers import Answer, WebServer


@pytest.mark.parametrize(
    "links",
    [
        pytest.param(ALTERNATE.format("/feed"), id="its own"),
        pytest.param(ALTERNATE.format("/comments/feed") + ALTERNATE.format("/feed"), id="not that of comments"),
        pytest.param('<base href="/blog/">' + ALTERNATE.format("../feed"), id="relative to its base"),
        pytest.param("<LINK REL='Alternate Feed' TYPE='Application/RSS+XML' HREF='feed'>", id="in capitals"),
    ],
)
def test_a_declared_feed_is_discovered(web: WebServer, links: str) -> None:
    web.routes["/"] = html(links)
    web.routes["/feed"] = Answer(body=rss("A"), headers={"ETag": '"f"'})

    collected = collect(web, "/")

    assert titles(collected) == ["A"]
    assert collected.fetch_state == FetchState(etag='"f"', url=web.url("/feed"))


def test_a_discovered_feed_is_fetched_directly_the_next_time(web: WebServer) -> None:
    web.routes["/feed"] = Answer(status=304)

    assert collect(web, "/", FetchState(etag='"f"', url=web.url("/feed"))).unchanged
    assert web.paths == ["/feed"]


def test_a_missing_feed_is_discovered_again(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/new"))
    web.routes["/new"] = Answer(body=rss("A"))

    collected = collect(web, "/", FetchState(etag='"f"', url=web.url("/feed")))

    assert (titles(collected), collected.fetch_state.url) == (["A"], web.url("/new"))
    assert "If-None-Match" not in web.requests[1][1]


@pytest.mark.parametrize("place", ["/feed", "/atom.xml", "/feed.json"])
def test_an_undeclared_feed_is_found_in_the_usual_places(web: WebServer, place: str) -> None:
    web.routes["/"] = html()
    web.routes["/feed"] = html()
    web.routes[place] = Answer(body=JSON_FEED if place.endswith("json") else rss("A"))

    collected = collect(web, "/")

    assert (titles(collected), collected.fetch_state.url) == (["A"], web.url(place))


def test_a_site_without_a_feed_gives_its_front_page(web: WebServer) -> None:
    web.routes["/"] = html()

    collected = collect(web, "/")

    assert (titles(collected), collected.fetch_state.url) == (["A page"], "")


def test_an_article_that_declares_its_sites_feed_is_collected_itself(web: WebServer) -> None:
    web.routes["/ferry"] = html(ALTERNATE.format("/feed") + '<meta property="og:type" content="article">')

    assert titles(collect(web, "/ferry")) == ["A page"]
    assert "/feed" not in web.paths


def test_a_declared_feed_that_is_no_feed_is_an_error(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed"))
    web.routes["/feed"] = html()

    with pytest.raises(SourceError, match=r"names .*/feed as its feed, and that is none"):
        collect(web, "/")


def test_a_podcast_directory_page_gives_the_feed_in_its_data(web: WebServer) -> None:
    data = f'<script type="fastboot">{{"name": "x", "feedUrl": "{web.url("/cast.xml")}"}}</script>'.replace("/", "\\/")
    web.routes["/us/podcast/harbour-talk/id1"] = html(data.replace("<\\/", "</"))
    web.routes["/cast.xml"] = Answer(body=rss("Episode 1"))

    assert titles(collect(web, "/us/podcast/harbour-talk/id1")) == ["Episode 1"]


def test_the_declared_feed_of_a_fediverse_account_is_discovered(web: WebServer) -> None:
    web.routes["/@harbour_office"] = html(ALTERNATE.format("/@harbour_office.rss"))
    web.routes["/@harbour_office.rss"] = Answer(body=rss("A post"))
    assert titles(collect(web, "/@harbour_office")) == ["A post"]


def test_the_undeclared_feed_of_a_fediverse_account_is_tried(web: WebServer) -> None:
    web.routes["/@harbour_office"] = html()
    web.routes["/@harbour_office.rss"] = Answer(body=rss("A post"))

    assert titles(collect(web, "/@harbour_office")) == ["A post"]


def test_a_visible_link_to_a_feed_is_followed(web: WebServer) -> None:
    web.routes["/"] = html(body=PARAGRAPHS + '<a href="/ferries">Ferries</a> <a href="/all-news.xml">RSS</a>')
    web.routes["/all-news.xml"] = Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


@pytest.mark.parametrize("dead", [Answer(status=404), Answer(status=410), html()], ids=["missing", "gone", "a page"])
def test_the_first_working_declared_feed_is_used(web: WebServer, dead: Answer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/old") + ALTERNATE.format("/new"))
    web.routes["/old"], web.routes["/new"] = dead, Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


def test_after_a_dead_declared_feed_the_usual_places_are_tried(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/old"))
    web.routes["/rss.xml"] = Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_temporary_failure_of_a_feed_selects_no_other_feed(web: WebServer, status: int) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed") + ALTERNATE.format("/other"))
    web.routes["/feed"] = Answer(status=status, headers={"Retry-After": "60"})
    web.routes["/other"] = Answer(body=rss("A"))

    with pytest.raises(SourceError, match=str(status)):
        collect(web, "/")


def test_a_comments_feed_does_not_replace_a_dead_feed(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format("/feed") + ALTERNATE.format("/comments/feed"))
    web.routes["/comments/feed"] = Answer(body=rss("Comment on A"))

    with pytest.raises(SourceError, match=r"names .*/feed as its feed, and that is none"):
        collect(web, "/")


def test_the_number_of_tried_feeds_is_limited(web: WebServer) -> None:
    web.routes["/"] = html("".join(ALTERNATE.format(f"/{n}") for n in range(1000)))

    with pytest.raises(SourceError):
        collect(web, "/")
    assert len(web.paths) < 30
