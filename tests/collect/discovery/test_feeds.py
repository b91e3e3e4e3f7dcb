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


JSON_API = Answer(body=b'{"id": 7, "items": {"one": 1}}', headers={"Content-Type": "application/json"})
HEADLINES = "".join(f"<h2><a href='/2026/{n}/ferry'>The ferry number {n} sails on Monday</a></h2>" for n in range(12))


def test_a_feed_of_type_application_json_is_discovered(web: WebServer) -> None:
    web.routes["/"] = html('<link rel="alternate" type="application/json" href="/items">')
    web.routes["/items"] = Answer(body=JSON_FEED, headers={"Content-Type": "application/json"})

    assert collect(web, "/").fetch_state.url == web.url("/items")


def test_a_programming_interface_is_no_feed_and_no_error(web: WebServer) -> None:
    web.routes["/about"] = html('<link rel="alternate" type="application/json" href="/wp-json/pages/7">')
    web.routes["/wp-json/pages/7"] = JSON_API

    assert titles(collect(web, "/about")) == ["A page"]


@pytest.mark.parametrize("first", ["application/json", "application/rss+xml"])
def test_a_feed_is_preferred_to_a_programming_interface(web: WebServer, first: str) -> None:
    interface = '<link rel="alternate" type="application/json" href="/api">'
    links = [interface, ALTERNATE.format("/feed")]
    web.routes["/"] = html("".join(links if first == "application/json" else reversed(links)))
    web.routes |= {"/api": JSON_API, "/feed": Answer(body=rss("A"))}

    assert titles(collect(web, "/")) == ["A"]
    assert "/api" not in web.paths


@pytest.mark.parametrize(
    "header",
    [
        '</feed>; rel="alternate"; type="application/rss+xml"',
        '</style.css>; rel=preload; as=style, <feed>; rel="alternate"; type="application/atom+xml"; title="News"',
        "</feed>;rel=alternate;type=application/feed+json",
    ],
)
def test_a_feed_declared_in_the_link_header_is_discovered(web: WebServer, header: str) -> None:
    page = html()
    web.routes["/about"] = Answer(body=page.body, headers={**page.headers, "Link": header})
    web.routes["/feed"] = Answer(body=rss("A"))

    assert titles(collect(web, "/about")) == ["A"]


def test_a_feed_declared_for_an_article_in_the_link_header_is_its_sites(web: WebServer) -> None:
    page = html('<meta property="og:type" content="article">')
    headers = {**page.headers, "Link": "</feed>; rel=alternate; type=application/rss+xml"}
    web.routes["/ferry"] = Answer(body=page.body, headers=headers)

    assert titles(collect(web, "/ferry")) == ["A page"]


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("<a href='/n.xml'>Subscribe via RSS</a>", id="a sentence"),
        pytest.param("<a href='/n.xml'>RSS 2.0</a>", id="with a version"),
        pytest.param("<a href='/n.xml'>Flux RSS</a>", id="French"),
        pytest.param("<a href='/n.xml'>Abonnieren</a>", id="an XML file by any words"),
        pytest.param("<a href='/n.php?c=1'>RSS-Feed</a>", id="a script"),
        pytest.param("<a href='/n.php?c=1' title='RSS feed'><svg></svg></a>", id="a picture with a title"),
        pytest.param("<a href='/n.php?c=1' aria-label='Web feed'><svg></svg></a>", id="a picture with a label"),
        pytest.param("<a href='/n.php?c=1'><img src='/i.png' alt='Atom'></a>", id="a picture with a text"),
        pytest.param("<a href='/n.php?c=1'><i class='fa fa-rss'></i></a>", id="a picture by its class"),
        pytest.param("<a href='/n.php?c=1'>XML</a>", id="a button of old"),
        pytest.param("<a href='/n?format=rss'>All news</a>", id="by its parameter"),
        pytest.param("<a href='/n?feed=rss2'>All news</a>", id="by another parameter"),
        pytest.param("<a href='/rss_all.aspx'>All news</a>", id="by its file"),
        pytest.param("<a href='/blog/index.xml'>All news</a>", id="index.xml"),
    ],
)
@pytest.mark.parametrize("page", ["/", "/harbour/reports/"], ids=["front page", "list"])
def test_a_visible_link_to_a_feed_is_followed_whatever_its_words(web: WebServer, link: str, page: str) -> None:
    target = link.partition("href='")[2].partition("'")[0]
    web.routes[page] = html(
        body=f"{HEADLINES}<p><a href='/ships'>Feed the gulls at the quay of the old town</a> {link}</p>"
    )
    web.routes[target] = Answer(body=rss("A"))

    assert collect(web, page).fetch_state.url == web.url(target)


def test_links_of_an_article_to_feeds_are_not_followed(web: WebServer) -> None:
    web.routes["/2026/ferry"] = html(body=f"{PARAGRAPHS}<a href='/feed.xml'>Subscribe via RSS</a>")
    web.routes["/feed.xml"] = Answer(body=rss("A"))

    assert titles(collect(web, "/2026/ferry")) == ["A page"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", id="an error message in XML"),
        pytest.param(b"<?xml version='1.0'?><rsd version='1.0'><service/></rsd>", id="XML of another kind"),
        pytest.param(b'{"error": "not found"}', id="an error message in JSON"),
        pytest.param(b"<html><body>Not found</body></html>", id="a page"),
        pytest.param(b"Not found", id="text"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_the_next_feed_is_tried_where_the_first_is_none(web: WebServer, body: bytes) -> None:
    web.routes["/"] = html(ALTERNATE.format("/old") + ALTERNATE.format("/new"))
    kind = "application/json" if body.startswith(b"{") else "text/html" if b"html" in body else "application/xml"
    web.routes |= {"/old": Answer(body=body, headers={"Content-Type": kind}), "/new": Answer(body=rss("A"))}

    assert titles(collect(web, "/")) == ["A"]


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        pytest.param("/category/ferries/", ["/feed/", "/comments/feed/", "/category/ferries/feed/"], id="beneath it"),
        pytest.param("/author/ann", ["/feed.xml", "/author/ann.rss"], id="with an ending"),
        pytest.param("/topics/ferries", ["/feed.xml", "/rss/ferries.xml"], id="by its name"),
        pytest.param("/ferries.html", ["/feed?topic=all", "/feed?topic=ferries"], id="by a parameter"),
        pytest.param("/de/", ["/feed", "/en/feed", "/de/feed"], id="in its language"),
    ],
)
def test_a_pages_own_feed_comes_before_its_sites(web: WebServer, page: str, feeds: list[str]) -> None:
    web.routes[page] = html("".join(map(ALTERNATE.format, feeds)), HEADLINES)
    web.routes |= {feed: Answer(body=rss(feed)) for feed in feeds}

    collected = collect(web, page)

    assert titles(collected) == [feeds[-1]]
    assert set(collected.feed_urls) <= {web.url(feed) for feed in feeds[:-1]}


@pytest.mark.parametrize("title", ["Ferry » Kommentar-Feed", "Ferry » Flux des commentaires", "Ferry » 评论 Feed"])
def test_feeds_of_comments_come_last_in_any_language(web: WebServer, title: str) -> None:
    comments = f'<link rel="alternate" type="application/rss+xml" title="{title}" href="/about/x">'
    web.routes["/about"] = html(comments + ALTERNATE.format("/feed"))
    web.routes |= {"/about/x": Answer(body=rss("Comment")), "/feed": Answer(body=rss("A"))}

    assert titles(collect(web, "/about")) == ["A"]


@pytest.mark.parametrize("place", ["/tag/ferries/feed", "/tag/ferries/index.xml"])
def test_an_undeclared_feed_of_a_list_is_found_beneath_it(web: WebServer, place: str) -> None:
    web.routes["/tag/ferries"] = html(body=HEADLINES)
    web.routes[place] = Answer(body=rss("A"))

    assert titles(collect(web, "/tag/ferries")) == ["A"]


def test_an_address_with_the_scheme_feed_is_one_in_https(web: WebServer) -> None:
    web.routes["/"] = html(ALTERNATE.format(f"feed:{web.url('/news')}"))
    web.routes["/news"] = Answer(body=rss("A"))

    assert titles(collect(web, "/")) == ["A"]
