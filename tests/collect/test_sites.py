"""Sites without a feed: their site map lists the articles; a front page that only links to articles is none."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime

import pytest

from digest.model.errors import SourceError
from digest.model.protocols import FetchState
from tests.support.sites import ALTERNATE, PARAGRAPHS, collect, html, rss, titles
from tests.support.web_servers import Answer, WebServer

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
HEADLINES = "".join(
    f"<h2><a href='/2026/{n}/the-ferry'>The ferry number {n} sails on Monday</a></h2><p>It sails.</p>"
    for n in range(12)
)


def sitemap(*urls: str, date: str = "2026-03-26") -> Answer:
    pages = "".join(f"<url><loc>{url}</loc><lastmod>{date}</lastmod></url>" for url in urls)
    return Answer(body=f"<urlset {SPACE}>{pages}</urlset>".encode())


def article(name: str, head: str = "") -> Answer:
    body = "".join(f"<p>The {name} sails again, says notice number {n} of the harbour office.</p>" for n in range(12))
    page = html(head, body)
    return Answer(body=page.body.replace(b"A page", name.encode()), headers=page.headers)


@pytest.fixture
def site(web: WebServer) -> WebServer:
    """A front page of headlines, two articles, and nothing else."""
    web.routes |= {"/": html(body=HEADLINES), "/ferry": article("ferry"), "/mill": article("mill")}
    return web


@pytest.mark.parametrize("place", ["/sitemap.xml", "/sitemap_index.xml", "/news-sitemap.xml"])
def test_a_site_without_a_feed_is_read_from_its_sitemap(site: WebServer, place: str) -> None:
    site.routes[place] = sitemap(site.url("/ferry"), site.url("/mill"))

    collected = collect(site, "/")

    assert (collected.kind, sorted(titles(collected))) == ("site map", ["ferry", "mill"])
    assert collected.fetch_state.url == site.url(place)


def test_pages_of_a_sitemap_name_their_outlet(site: WebServer) -> None:
    site.routes["/ferry"] = article("ferry", '<meta property="og:site_name" content="Brenna Post">')
    site.routes["/sitemap.xml"] = sitemap(site.url("/ferry"), site.url("/mill"))

    outlets = {entry.title: entry.source for entry in collect(site, "/").entries}

    assert outlets == {"ferry": "Brenna Post", "mill": "127.0.0.1"}


def test_the_sitemap_named_by_robots_txt_comes_first(site: WebServer) -> None:
    lines = f"User-agent: *\nAllow: /\nSitemap: {site.url('/pages.xml')}\nsitemap: {site.url('/maps/news.xml')}\n"
    site.routes["/robots.txt"] = Answer(body=lines.encode())
    site.routes["/pages.xml"] = sitemap(site.url("/about"))
    site.routes["/maps/news.xml"] = sitemap(site.url("/ferry"))

    assert titles(collect(site, "/")) == ["ferry"]
    assert "/pages.xml" not in site.paths
    assert site.paths.count("/robots.txt") == 1


def test_a_discovered_sitemap_is_fetched_directly_next_time(site: WebServer) -> None:
    site.routes["/sitemap.xml"] = sitemap(site.url("/ferry"))

    second = collect(site, "/", FetchState(url=site.url("/sitemap.xml")))

    assert (titles(second), second.fetch_state.url) == (["ferry"], site.url("/sitemap.xml"))
    assert "/" not in site.paths


def test_a_feed_is_preferred_to_a_sitemap(site: WebServer) -> None:
    site.routes["/"] = html(ALTERNATE.format("/feed"), HEADLINES)
    site.routes["/feed"] = Answer(body=rss("A"))
    site.routes["/sitemap.xml"] = sitemap(site.url("/ferry"))

    assert titles(collect(site, "/")) == ["A"]


def test_no_sitemap_is_looked_for_from_an_article(site: WebServer) -> None:
    site.routes["/sitemap.xml"] = sitemap(site.url("/mill"))

    assert titles(collect(site, "/ferry")) == ["ferry"]


def test_a_missing_sitemap_is_an_error(site: WebServer) -> None:
    site.routes["/sitemap.xml"] = Answer(status=503)

    with pytest.raises(SourceError, match="503"):
        collect(site, "/")


def test_front_pages_in_a_sitemap_are_no_articles(site: WebServer) -> None:
    site.routes["/de/"] = article("Startseite")
    site.routes["/sitemap.xml"] = sitemap(site.url("/"), site.url("/de/"), site.url("/ferry"))

    assert titles(collect(site, "/")) == ["ferry"]


def test_only_pages_below_the_sources_path_are_read(site: WebServer) -> None:
    site.routes |= {"/blog/": html(body=HEADLINES), "/blog/mill": article("mill")}
    site.routes["/sitemap.xml"] = sitemap(site.url("/ferry"), site.url("/blog/mill"))

    assert titles(collect(site, "/blog/")) == ["mill"]


def test_among_dated_pages_an_undated_page_is_no_article(site: WebServer) -> None:
    dated = '<meta property="article:published_time" content="2026-03-25T08:00:00Z">'
    site.routes |= {"/ferry": article("ferry", dated), "/imprint": article("imprint")}
    site.routes["/sitemap.xml"] = sitemap(site.url("/imprint"), site.url("/ferry"))

    (entry,) = collect(site, "/").entries

    assert (entry.title, entry.published and entry.published.day) == ("ferry", 25)


def test_among_article_urls_another_url_is_no_article_even_later(site: WebServer) -> None:
    site.routes |= {"/2026/03/mill": article("mill"), "/imprint": article("imprint")}
    site.routes["/sitemap.xml"] = sitemap(site.url("/imprint"), site.url("/2026/03/mill"))

    first = collect(site, "/")
    second = collect(site, "/", known_guids=frozenset({site.url("/2026/03/mill")}))

    assert (titles(first), titles(second)) == (["mill"], [])
    assert first.entries[0].published == datetime(2026, 3, 26, tzinfo=UTC)


def test_pages_without_an_article_do_not_delay_articles(site: WebServer) -> None:
    sections = [site.url(f"/section{n}/") for n in range(40)]
    site.routes["/sitemap.xml"] = sitemap(*sections, site.url("/2026/03/the-mill-grinds-again"))
    site.routes["/2026/03/the-mill-grinds-again"] = article("mill")

    assert titles(collect(site, "/")) == ["mill"]


def test_a_slow_site_has_one_time_limit_for_all_requests(site: WebServer) -> None:
    site.routes["/"] = html("".join(ALTERNATE.format(f"/{number}") for number in range(5)), HEADLINES)
    for number in range(5):
        site.routes[f"/{number}"] = lambda _: time.sleep(0.4)
    site.routes["/4"] = Answer(body=rss("A"))

    with pytest.raises(SourceError, match=r"no complete answer within 1 s"):
        collect(site, "/", timeout_s=1)
    assert "/4" not in site.paths


@pytest.mark.parametrize("path", ["/", "/sport/"])
def test_a_page_that_lists_articles_is_refused(site: WebServer, path: str) -> None:
    site.routes[path] = html(body=HEADLINES)

    with pytest.raises(SourceError, match="lists articles, and leads to no feed"):
        collect(site, path)


def test_an_article_with_headlines_beside_it_is_read(site: WebServer) -> None:
    beside = "".join(f"<li><a href='/{n}'>The mill number {n} grinds rye again today</a></li>" for n in range(15))
    site.routes["/tram"] = html(body=f"{PARAGRAPHS}<aside><ul>{beside}</ul></aside>")

    assert titles(collect(site, "/tram")) == ["A page"]


def test_a_front_page_that_is_an_article_is_read(site: WebServer) -> None:
    site.routes["/"] = article("one page of a site of one page")

    assert titles(collect(site, "/")) == ["one page of a site of one page"]


def test_a_known_page_is_not_searched_for_feeds_and_sitemaps_again(site: WebServer) -> None:
    site.routes["/"] = article("one page of a site of one page")

    collect(site, "/", known_guids=frozenset({site.url("/")}))

    assert site.paths == ["/", "/robots.txt"]


def compression_bomb() -> bytes:
    return gzip.compress(f"<urlset {SPACE}>".encode() + b" " * 30_000_000)


@pytest.mark.parametrize(
    ("routes", "message"),
    [
        pytest.param(
            {"/robots.txt": Answer(body=b"".join(b"Sitemap: http://127.0.0.1:9/%d\n" % n for n in range(30_000)))},
            "lists articles",
            id="a robots.txt that names thousands",
        ),
        pytest.param(
            {"/robots.txt": Answer(body=b"Sitemap: file:///etc/passwd\nSitemap: javascript:x\nSitemap: \n")},
            "lists articles",
            id="a robots.txt that names no addresses",
        ),
        pytest.param(
            {"/robots.txt": Answer(body=b"x" * 20_000_000)}, "lists articles", id="a robots.txt that is too large"
        ),
        pytest.param({"/robots.txt": Answer(status=503)}, "lists articles", id="a robots.txt that is away"),
        pytest.param({"/sitemap.xml": Answer(body=b"<html>none</html>")}, "lists articles", id="a page in its place"),
        pytest.param({"/sitemap.xml": Answer(body=b"<urlset/>")}, "names no pages", id="an empty map"),
        pytest.param(
            {"/sitemap.xml": Answer(status=302, headers={"Location": "http://[::1]:9/sitemap.xml"})},
            "lists articles",
            id="a way inside",
        ),
        pytest.param(
            {"/robots.txt": Answer(body=b"Sitemap: /bomb.xml.gz"), "/bomb.xml.gz": Answer(body=compression_bomb())},
            "lists articles",
            id="a bomb by a relative address",
        ),
    ],
)
def test_a_hostile_sitemap_is_a_one_line_error(site: WebServer, routes: dict[str, Answer], message: str) -> None:
    site.routes |= routes

    with pytest.raises(SourceError, match=message) as caught:
        collect(site, "/")

    assert str(caught.value).isprintable()
    assert len(site.paths) < 30


def test_a_compression_bomb_as_sitemap_is_not_decompressed(site: WebServer) -> None:
    site.routes["/robots.txt"] = Answer(body=f"Sitemap: {site.url('/bomb.xml.gz')}".encode())
    site.routes["/bomb.xml.gz"] = Answer(body=compression_bomb())

    with pytest.raises(SourceError, match="lists articles"):
        collect(site, "/")
