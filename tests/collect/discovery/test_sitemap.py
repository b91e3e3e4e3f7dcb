"""Sitemaps: of news, of all pages, in an index, compressed."""

from __future__ import annotations

import asyncio
import gzip
from datetime import UTC, datetime

import pytest

from digest.collect.collector import make_collector
from digest.collect.discovery.sitemap import read_sitemap
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState
from digest.settings import FetchSettings
from tests.support.web_servers import Answer, WebServer

SEEN = datetime(2026, 3, 27, tzinfo=UTC)
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
PAGE = "<html><head><title>{}</title></head><body><article>{}</article></body></html>"


def urlset(*urls: str) -> bytes:
    return f"<?xml version='1.0'?><urlset {NAMESPACES}>{''.join(urls)}</urlset>".encode()


def news(url: str, title: str, date: str = "2026-03-26T08:00:00Z") -> str:
    name = "<news:publication><news:name>Post</news:name><news:language>en</news:language></news:publication>"
    fields = f"{name}<news:publication_date>{date}</news:publication_date><news:title>{title}</news:title>"
    return f"<url><loc>{url}</loc><news:news>{fields}</news:news></url>"


def page(title: str) -> Answer:
    text = "".join(f"<p>The {title} sails again, says notice number {n} of the harbour office.</p>" for n in range(12))
    return Answer(body=PAGE.format(title, text).encode(), headers={"Content-Type": "text/html"})


def collect(web: WebServer, path: str, known_guids: frozenset[str] = frozenset()) -> Collected:
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=5), SEEN)
    return asyncio.run(collector(Source(id="map", url=web.url(path)), FetchState(), known_guids.intersection))


def test_a_news_sitemap_gives_titles_and_dates_and_its_pages_the_text(web: WebServer) -> None:
    web.routes["/map.xml"] = Answer(body=urlset(news(web.url("/a"), "A &amp; B &lt;3"), news(web.url("/dead"), "C")))
    web.routes["/a"] = page("ferry")

    complete, without_text = collect(web, "/map.xml").entries

    assert (complete.title, complete.published, complete.body.count("<p>")) == (
        "A &amp; B &lt;3",
        datetime(2026, 3, 26, 8, tzinfo=UTC),
        12,
    )
    assert (without_text.title, without_text.body, without_text.guid) == ("C", "", web.url("/dead"))


def test_a_sitemap_of_all_pages_gives_the_newest_articles(web: WebServer) -> None:
    paths = {"/old": "2020-01-01", "/ferry": "2026-03-25", "/about": "2026-03-20", "/mill": "2026-03-26"}
    urls = [f"<url><loc>{web.url(path)}</loc><lastmod>{date}</lastmod></url>" for path, date in paths.items()]
    web.routes["/sitemap.xml"] = Answer(body=urlset(*urls))
    web.routes |= {"/ferry": page("ferry"), "/mill": page("mill"), "/old": page("old")}
    web.routes["/about"] = Answer(body=PAGE.format("About", "<p>Write to us.</p>").encode())

    assert [entry.title for entry in collect(web, "/sitemap.xml").entries] == ["mill", "ferry"]
    assert "/old" not in web.paths


def test_of_an_index_the_news_sitemap_is_read_even_if_compressed(web: WebServer) -> None:
    sitemaps = "".join(f"<sitemap><loc>{web.url(path)}</loc></sitemap>" for path in ("/all.xml", "/news.xml.gz"))
    web.routes["/index.xml"] = Answer(body=f"<sitemapindex {NAMESPACES}>{sitemaps}</sitemapindex>".encode())
    web.routes["/news.xml.gz"] = Answer(body=gzip.compress(urlset(news(web.url("/a"), "A"))))

    assert [entry.title for entry in collect(web, "/index.xml").entries] == ["A"]
    assert "/all.xml" not in web.paths


def test_an_index_that_lists_itself_is_read_once_more_only(web: WebServer) -> None:
    web.routes["/i"] = Answer(
        body=f"<sitemapindex {NAMESPACES}><sitemap><loc>{web.url('/i')}</loc></sitemap></sitemapindex>".encode()
    )

    with pytest.raises(SourceError, match="names no pages"):
        collect(web, "/i")
    assert len(web.paths) == 2


def test_a_known_page_is_not_fetched_again(web: WebServer) -> None:
    web.routes["/map.xml"] = Answer(body=urlset(news(web.url("/a"), "A")))

    (entry,) = collect(web, "/map.xml", known_guids=frozenset({web.url("/a")})).entries

    assert (entry.title, entry.body) == ("A", "")
    assert web.paths == ["/map.xml"]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"<urlset>", id="cut short"),
        pytest.param(b"<urlset></urlset>", id="empty"),
        pytest.param(b"<urlset><url><loc>javascript:alert(1)</loc></url></urlset>", id="no addresses"),
        pytest.param(
            b"<!DOCTYPE u [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&a;</loc></url></urlset>",
            id="external entity",
        ),
        pytest.param(b"<urlset>" + b"<url>" * 20_000, id="deep"),
    ],
)
def test_a_sitemap_without_pages_is_an_error(web: WebServer, body: bytes) -> None:
    web.routes["/map.xml"] = Answer(body=body)

    with pytest.raises(SourceError, match="site map"):
        collect(web, "/map.xml")


def test_a_sitemap_of_a_hundred_thousand_pages_is_parsed() -> None:
    body = urlset(*(f"<url><loc>https://a.example/{n}</loc></url>" for n in range(100_000)))

    assert len(read_sitemap(body, url="https://a.example/").pages) == 100_000


def test_a_sitemap_is_requested_conditionally_once_all_its_pages_are_read(web: WebServer) -> None:
    urls = [f"<url><loc>{web.url(f'/{n}')}</loc></url>" for n in range(30)]
    web.routes |= {f"/{n}": page(f"ferry {n}") for n in range(30)}
    web.routes["/map.xml"] = Answer(body=urlset(*urls), headers={"ETag": '"m"'})

    first = collect(web, "/map.xml")
    second = collect(web, "/map.xml", known_guids=frozenset(entry.guid for entry in first.entries))

    assert (len(first.entries), first.fetch_state.etag) == (20, "")
    assert (len(second.entries), second.fetch_state.etag) == (10, '"m"')


def test_an_index_is_never_requested_conditionally(web: WebServer) -> None:
    body = f"<sitemapindex {NAMESPACES}><sitemap><loc>{web.url('/map.xml')}</loc></sitemap></sitemapindex>".encode()
    web.routes["/index.xml"] = Answer(body=body, headers={"ETag": '"i"'})
    web.routes["/map.xml"] = Answer(body=urlset(news(web.url("/a"), "A")))

    assert collect(web, "/index.xml").fetch_state.etag == ""


def test_pages_of_a_sitemap_without_titles_are_fetched_even_if_full_text_is_never(web: WebServer) -> None:
    web.routes |= {"/map.xml": Answer(body=urlset(f"<url><loc>{web.url('/a')}</loc></url>")), "/a": page("ferry")}
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=5), SEEN)

    collected = asyncio.run(collector(Source(id="map", url=web.url("/map.xml"), full_text="never"), FetchState()))

    assert [entry.title for entry in collected.entries] == ["ferry"]


def test_a_dead_sitemap_in_an_index_does_not_hide_the_others(web: WebServer) -> None:
    sitemaps = "".join(f"<sitemap><loc>{web.url(path)}</loc></sitemap>" for path in ("/dead-news.xml", "/map.xml"))
    web.routes["/index.xml"] = Answer(body=f"<sitemapindex {NAMESPACES}>{sitemaps}</sitemapindex>".encode())
    web.routes["/map.xml"] = Answer(body=urlset(news(web.url("/a"), "A")))
    assert [entry.title for entry in collect(web, "/index.xml").entries] == ["A"]

    web.routes["/map.xml"] = Answer(status=503)
    with pytest.raises(SourceError, match="404"):
        collect(web, "/index.xml")


def test_bare_ampersands_and_spaces_leave_all_addresses_whole() -> None:
    links = ["https://a.example/?id=1&lang=en", "https://a.example/a b", "https://a.example/c"]
    urls = (f"<url><loc>{link}</loc></url>" for link in links)

    pages = read_sitemap(urlset(*urls), url="https://a.example/map.xml").pages

    assert [page.url for page in pages] == [links[0], "https://a.example/a%20b", links[2]]
