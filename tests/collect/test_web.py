"""Collecting from the web: feeds, sites, pages and feed lists."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from digest.collect.collector import make_collector
from digest.collect.pages.teaser import is_full_article, is_teaser
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import FetchState
from digest.settings import FetchSettings
from tests.support.sites import ALTERNATE, PARAGRAPHS, SEEN, collect, html, rss, titles
from tests.support.web_servers import Answer, Handler, WebServer, web_server


def test_a_feed_gives_its_entries_and_its_fetch_state(web: WebServer) -> None:
    web.routes["/feed"] = Answer(body=rss("A", "B"), headers={"ETag": '"1"', "Content-Type": "text/plain"})

    collected = collect(web, "/feed")

    assert (titles(collected), collected.title) == (["A", "B"], "Harbour News")
    assert collected.fetch_state == FetchState(etag='"1"')


def test_an_unchanged_feed_is_not_read(web: WebServer) -> None:
    web.routes["/feed"] = Answer(status=304)

    collected = collect(web, "/feed", FetchState(etag='"1"'))

    assert (collected.unchanged, collected.entries, collected.fetch_state) == (True, (), FetchState(etag='"1"'))


def test_a_page_is_one_article(web: WebServer) -> None:
    web.routes["/ferry"] = html()

    (entry,) = collect(web, "/ferry").entries

    assert (entry.title, entry.guid, entry.url) == ("A page", web.url("/ferry"), web.url("/ferry"))
    assert entry.source == "127.0.0.1"
    assert entry.body.count("<p>") == 8


def test_a_permanently_moved_feed_is_fetched_at_its_new_address(web: WebServer) -> None:
    web.routes["/old"] = Answer(status=301, headers={"Location": "/new"})
    web.routes["/new"] = Answer(body=rss("A"), headers={"ETag": '"n"'})

    first = collect(web, "/old")
    collect(web, "/old", first.fetch_state)

    assert first.fetch_state == FetchState(etag='"n"', url=web.url("/new"))
    assert web.paths == ["/old", "/new", "/new"]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(html(body=""), "no article text", id="an empty page"),
        pytest.param(Answer(body=b"%PDF-1.7", headers={"Content-Type": "text/html"}), "a PDF", id="PDF as HTML"),
        pytest.param(
            Answer(body=b"\x89PNG\r\n", headers={"Content-Type": "application/rss+xml"}), "an image", id="image"
        ),
        pytest.param(Answer(body=b""), "empty", id="nothing"),
        pytest.param(Answer(body=b"<?xml version='1.0'?><some><other/></some>"), "no feed", id="XML of another kind"),
    ],
)
def test_content_without_an_article_is_a_one_line_error(web: WebServer, answer: Answer, message: str) -> None:
    web.routes["/"] = answer

    with pytest.raises(SourceError, match=message):
        collect(web, "/")


def test_no_request_is_made_before_the_retry_after_time(web: WebServer) -> None:
    web.routes["/feed"] = Answer(body=rss("A"))
    why = "the server answered 429 Too Many Requests: it asks us to wait until 2026-03-27 01:00 UTC"

    with pytest.raises(SourceError, match=f"^{why}$") as caught:
        collect(web, "/feed", FetchState(not_before=SEEN + timedelta(hours=1), refusal=why))

    assert caught.value.retry_at == SEEN + timedelta(hours=1)
    assert web.paths == []
    assert titles(collect(web, "/feed", FetchState(not_before=SEEN))) == ["A"]


def test_a_page_at_a_feeds_address_is_no_article(web: WebServer) -> None:
    """Examples: a maintenance notice, a captive portal, a domain that was sold."""
    web.routes["/feed"] = html(body="<p>We will be back soon.</p>" + PARAGRAPHS)

    with pytest.raises(SourceError, match="a page where its feed was"):
        collect(web, "/feed", FetchState(is_feed=True))
    assert titles(collect(web, "/feed")) == ["A page"]


def test_a_moved_feed_is_discovered_again(web: WebServer) -> None:
    web.routes |= {"/old": html(ALTERNATE.format("/new")), "/new": Answer(body=rss("A"))}

    assert titles(collect(web, "/old", FetchState(is_feed=True))) == ["A"]


@pytest.mark.parametrize("status", [200, 403])
def test_an_entry_whose_page_is_a_login_keeps_its_teaser(web: WebServer, status: int) -> None:
    teaser = "The council of Ferrytown voted on Monday to close its old bridge."
    item = f"<item><title>Bridge closed</title><link>{web.url('/1')}</link><description>{teaser}</description></item>"
    web.routes["/feed"] = Answer(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode())
    login = b"<html><title>Log in</title><h1>Log in</h1><p>Please log in to see The council of Ferrytown.</p></html>"
    web.routes["/1"] = Answer(body=login, status=status, headers={"Content-Type": "text/html"})

    (entry,) = collect(web, "/feed").entries

    assert (entry.title, entry.body) == ("Bridge closed", teaser)


@pytest.mark.parametrize(("title", "is_tried_again"), [("Just a moment...", True), ("Log in", False)])
def test_a_page_behind_a_bot_check_is_tried_again(web: WebServer, title: str, is_tried_again: bool) -> None:
    item = f"<item><guid>1</guid><title>Bridge closed</title><link>{web.url('/1')}</link></item>"
    web.routes["/feed"] = Answer(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode())
    page = f"<html><title>{title}</title><h1>{title}</h1></html>".encode()
    web.routes["/1"] = Answer(body=page, headers={"Content-Type": "text/html"})

    collected = collect(web, "/feed")

    assert titles(collected) == ["Bridge closed"]
    assert set(collected.pending_pages) == ({"1"} if is_tried_again else set())


def test_a_page_that_is_no_article_says_what_it_is(web: WebServer) -> None:
    web.routes["/"] = html(body="<h1>Log in</h1><form><input type=password></form>")

    with pytest.raises(SourceError, match=r"^no article here: it asks for a login: "):
        collect(web, "/")


# --- lists of feeds ----------------------------------------------------------------------------------------------


def opml(*urls: str) -> bytes:
    outlines = "".join(f'<outline text="Feed {number}" xmlUrl="{url}"/>' for number, url in enumerate(urls, 1))
    return f"<opml version='2.0'><body>{outlines}</body></opml>".encode()


def test_a_feed_list_gives_all_entries_and_reports_failed_feeds(web: WebServer, tmp_path: Path) -> None:
    web.routes["/a"] = Answer(body=rss("same", "A"))
    web.routes["/b"] = Answer(body=rss("same", "B"))
    list_ = opml(web.url("/a"), web.url("/dead"), web.url("/b"))
    web.routes["/list"] = Answer(body=list_)
    (tmp_path / "list.opml").write_bytes(list_)
    collector = make_collector(FetchSettings(allow=(web.address,)), SEEN)

    from_disk = asyncio.run(collector(Source(id="all", path=tmp_path / "list.opml"), FetchState()))
    from_web = asyncio.run(collector(Source(id="all", url=web.url("/list")), FetchState()))

    assert from_disk.entries == from_web.entries
    assert titles(from_disk) == ["same", "A", "same", "B"]
    assert len({entry.guid for entry in from_disk.entries}) == 4
    assert {entry.source_id for entry in from_disk.entries} == {"all"}
    (problem,) = from_disk.problems
    assert problem.startswith(f"Feed 2 ({web.url('/dead')}): the server answered 404")


def test_a_feed_list_without_a_working_feed_fails(web: WebServer) -> None:
    web.routes["/list"] = Answer(body=opml(web.url("/a"), web.url("/b")))

    with pytest.raises(SourceError, match="none of its 2 feeds can be read"):
        collect(web, "/list")


def test_a_feed_list_within_a_feed_list_is_refused(web: WebServer) -> None:
    web.routes["/list"] = Answer(body=opml(web.url("/list")))

    with pytest.raises(SourceError, match="inside a list of feeds"):
        collect(web, "/list")


# --- full text ---------------------------------------------------------------------------------------------------

TEASER = "The ferry sails again, says the harbour office."


def feed_of(web: WebServer, *paths: str, text: str = TEASER) -> None:
    items = "".join(
        f"<item><guid>{web.url(path)}</guid><link>{web.url(path)}</link><title>The ferry sails again</title>"
        f"<description>{text}</description></item>"
        for path in paths
    )
    web.routes["/feed"] = Answer(body=f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode())


def collected_bodies(web: WebServer, known_guids: frozenset[str] = frozenset(), **fields: str) -> list[str]:
    """The bodies of the entries that the feed gives."""
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=2), SEEN)
    source = Source(id="web", url=web.url("/feed"), **fields)  # type: ignore[arg-type]
    return [entry.body for entry in asyncio.run(collector(source, FetchState(), known_guids.intersection)).entries]


def test_an_item_with_only_a_link_gets_the_title_and_text_of_its_page(web: WebServer) -> None:
    items = "".join(f"<item><link>{web.url(path)}</link></item>" for path in ("/ferry", "/gone"))
    document = f"<rss version='2.0'><channel><title>Links</title>{items}<item/></channel></rss>"
    web.routes |= {"/feed": Answer(body=document.encode()), "/ferry": html(), "/gone": Answer(status=404)}

    collected = collect(web, "/feed")

    assert [(entry.url, entry.title) for entry in collected.entries] == [
        (web.url("/ferry"), "A page"),
        (web.url("/gone"), ""),
    ]
    assert collected.entries[0].body.count("<p>") == 8
    assert collected.problems == ("1 of its 3 entries has no title or text, nor a link",)


def test_a_teaser_is_completed_from_its_page(web: WebServer) -> None:
    feed_of(web, "/a", "/b")
    web.routes["/a"] = html()

    whole, teaser = collected_bodies(web)

    assert whole.count("<p>") == 8
    assert teaser == TEASER


def test_a_page_that_several_entries_link_to_is_no_single_ones_text(web: WebServer) -> None:
    """A status page, say, whose entries differ by their anchors."""
    feed_of(web, "/a#monday", "/a#tuesday")
    web.routes["/a"] = html()

    assert collected_bodies(web) == [TEASER, TEASER]
    assert "/a" not in web.paths


@pytest.mark.parametrize(
    ("page", "why"),
    [
        pytest.param(
            html(body=f"<p>{TEASER} Subscribe to continue reading.</p>" + PARAGRAPHS), "a paywall", id="paywall"
        ),
        pytest.param(
            html(body="<p>We and our partners use cookies. Accept all cookies?</p>" * 20), "consent", id="consent"
        ),
        pytest.param(
            html(body="<p>Please verify you are human to go on to the ferry.</p>" * 20), "captcha", id="captcha"
        ),
        pytest.param(
            html(body="<p>" + "<a href='/x'>The ferry sails again, says the harbour office</a> " * 30 + "</p>"),
            "links",
            id="a list of links",
        ),
        pytest.param(
            html(body="".join(f"<p>Soup number {n} is on the menu of the canteen today.</p>" for n in range(20))),
            "another text",
            id="another article",
        ),
        pytest.param(
            html(body=f"<p>{TEASER}</p>" + "<p>Kami mohon masuk lalu bayar.</p>" * 20),
            "a wall in a language that nobody listed",
            id="a wall in any language",
        ),
        pytest.param(
            html(body=f"<p>{TEASER} Nous utilisons des cookies, et la ferry aussi.</p>" * 12), "cookies", id="cookies"
        ),
        pytest.param(html(body="<p>The ferry sails again.</p>"), "too short", id="no longer than the teaser"),
        pytest.param(Answer(status=500), "an error", id="an error"),
        pytest.param(Answer(body=b"%PDF-1.7"), "no page", id="a PDF"),
    ],
)
def test_a_page_that_is_not_the_article_leaves_the_teaser(web: WebServer, page: Answer, why: str) -> None:
    feed_of(web, "/a")
    web.routes["/a"] = page

    assert collected_bodies(web) == [TEASER], why


def test_robots_txt_applies_to_pages_but_not_to_feeds(web: WebServer) -> None:
    feed_of(web, "/open", "/shut/a")
    web.routes["/open"] = web.routes["/shut/a"] = html()
    web.routes["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /shut\nDisallow: /feed\n")

    whole, teaser = collected_bodies(web)

    assert (whole.count("<p>"), teaser) == (8, TEASER)
    assert "/shut/a" not in web.paths
    assert web.paths.count("/robots.txt") == 1


@pytest.mark.parametrize(("status", "paragraphs"), [(404, 8), (403, 8), (500, 0), (503, 0)])
def test_pages_are_not_fetched_while_robots_txt_is_unavailable(web: WebServer, status: int, paragraphs: int) -> None:
    feed_of(web, "/a")
    web.routes["/a"] = html()
    web.routes["/robots.txt"] = Answer(status=status)

    assert [body.count("<p>") for body in collected_bodies(web)] == [paragraphs]


def test_a_page_disallowed_by_robots_txt_is_an_error(web: WebServer) -> None:
    web.routes["/ferry"] = html()
    web.routes["/robots.txt"] = Answer(body=b"User-agent: digest\nDisallow: /\n")

    with pytest.raises(SourceError, match=r"robots\.txt asks programs not to read"):
        collect(web, "/ferry")


def test_an_unresponsive_site_does_not_delay_pages_of_other_sites(web: WebServer) -> None:
    with web_server() as dead:
        dead.routes["/robots.txt"] = lambda _: time.sleep(4)
        items = "".join(
            f"<item><guid>{url}</guid><link>{url}</link><title>The ferry sails again</title>"
            f"<description>{TEASER}</description></item>"
            for url in (dead.url("/1"), dead.url("/2"), dead.url("/3"), f"http://localhost:{web.server_port}/a")
        )
        web.routes |= {
            "/a": html(),
            "/feed": Answer(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode()),
        }
        allow = (web.address, dead.address, f"localhost:{web.server_port}")
        collector = make_collector(FetchSettings(allow=allow, timeout_s=2), SEEN)
        collected = asyncio.run(collector(Source(id="web", url=web.url("/feed")), FetchState()))

    assert [entry.body.count("<p>") for entry in collected.entries] == [0, 0, 0, 8]


def test_robots_txt_is_fetched_once_for_all_feeds_of_a_site(web: WebServer) -> None:
    feed_of(web, "/a")
    web.routes |= {
        "/other": web.routes["/feed"],
        "/a": html(),
        "/robots.txt": Answer(body=b"User-agent: *\nAllow: /\n"),
    }
    collector = make_collector(FetchSettings(allow=(web.address,), timeout_s=2), SEEN)

    async def both() -> None:
        for path in ("/feed", "/other"):
            await collector(Source(id=path, url=web.url(path)), FetchState())

    asyncio.run(both())

    assert web.paths.count("/robots.txt") == 1
    assert web.paths.count("/a") == 2


def test_full_text_can_be_switched_off_and_forced(web: WebServer) -> None:
    long = " ".join(["The ferry sails again, says the harbour office."] * 40)
    web.routes["/a"] = html(body=PARAGRAPHS * 20)
    feed_of(web, "/a")
    assert collected_bodies(web, full_text="never") == [TEASER]
    assert "/a" not in web.paths

    feed_of(web, "/a", text=long)
    assert collected_bodies(web) == [long]
    assert collected_bodies(web, full_text="always") != [long]


def test_a_selector_overrides_text_extraction(web: WebServer) -> None:
    feed_of(web, "/a")
    web.routes["/a"] = html(body="<div id=real><p>Only this.</p></div><p>Not this.</p>")

    assert collected_bodies(web, selector="#real") == ['<div id="real"><p>Only this.</p></div>']


def test_a_known_teaser_is_not_fetched_again_and_has_no_body(web: WebServer) -> None:
    feed_of(web, "/a", "/b")
    web.routes["/a"] = web.routes["/b"] = html()

    known_body, new_body = collected_bodies(web, known_guids=frozenset({web.url("/a")}))

    assert known_body == ""
    assert new_body.count("<p>") == 8
    assert "/a" not in web.paths


def test_slow_pages_do_not_delay_their_feed(web: WebServer) -> None:

    feed_of(web, "/a", "/slow")
    web.routes["/a"] = html()
    web.routes["/slow"] = lambda _: time.sleep(4)
    begun = time.monotonic()

    whole, teaser = collected_bodies(web)

    assert (whole.count("<p>"), teaser) == (8, TEASER)
    assert time.monotonic() - begun < 3.9


def test_a_permanent_redirect_counts_even_if_nothing_changed(web: WebServer) -> None:
    web.routes["/old"] = Answer(status=308, headers={"Location": "/new"})
    web.routes["/new"] = Answer(status=304)

    collected = collect(web, "/old", FetchState(etag='"1"'))

    assert collected.unchanged
    assert collected.fetch_state == FetchState(etag='"1"', url=web.url("/new"))


# --- no more at once than its host bears -------------------------------------------------------------------------


class ConcurrencyProbe:
    """A route that counts its concurrent requests."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, handler: Handler) -> None:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)
        with self.lock:
            self.inside -= 1
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(self.body), self.body))


def test_feeds_of_a_list_respect_the_limit_per_host(web: WebServer) -> None:
    busy = ConcurrencyProbe(rss("A"))
    outlines = "".join(f'<outline xmlUrl="{web.url(f"/feed?{n}")}"/>' for n in range(20))
    web.routes["/list"] = Answer(body=f"<opml><body>{outlines}</body></opml>".encode())
    web.routes["/feed"] = busy

    assert len(collect(web, "/list").entries) == 20
    assert busy.most == 2


def test_pages_of_several_feeds_respect_the_limit_per_host(web: WebServer) -> None:
    busy = ConcurrencyProbe(html().body)
    outlines = "".join(f'<outline xmlUrl="{web.url(f"/{n}")}"/>' for n in range(4))
    web.routes["/list"] = Answer(body=f"<opml><body>{outlines}</body></opml>".encode())
    for number in range(4):
        links = "".join(f"<item><title>T</title><link>{web.url(f'/page?{number}{n}')}</link></item>" for n in range(5))
        web.routes[f"/{number}"] = Answer(body=f"<rss version='2.0'><channel>{links}</channel></rss>".encode())
    web.routes["/page"] = busy

    collect(web, "/list")

    assert len([path for path in web.paths if path.startswith("/page")]) == 20
    assert busy.most == 2


JAPANESE = "渡し船は風のため三日目も港に停泊した。"


@pytest.mark.parametrize(
    ("goes_on", "is_whole"),
    [
        ("港の事務所によると、渡し船は月曜日に再開する予定だ。乗客は桟橋で待っている。", True),
        ("この記事は有料会員限定です。続きを読むにはログインしてください。", False),
    ],
    ids=["an article", "a wall"],
)
def test_full_text_is_detected_in_scripts_without_spaces(goes_on: str, is_whole: bool) -> None:
    assert is_full_article(f"<p>{JAPANESE}</p><p>{goes_on * 4}</p>", title="渡し船が停泊", teaser=JAPANESE) is is_whole
    assert is_teaser(JAPANESE)
    assert not is_teaser(JAPANESE * 20)


def test_items_without_titles_that_link_to_other_sites_have_the_feeds_name(web: WebServer) -> None:
    other_host = web.address.replace("127.0.0.1", "localhost")
    web.routes["/1"] = html(head='<meta property="og:site_name" content="Agency">')
    items = f"<item><link>http://{other_host}/1</link></item><item><link>{web.url('/1')}</link></item>"
    feed = f"<rss version='2.0'><channel><title>Links</title>{items}</channel></rss>"
    web.routes["/feed"] = Answer(body=feed.encode(), headers={"Content-Type": "application/rss+xml"})
    fetch = FetchSettings(allow=(web.address, other_host), timeout_s=5)

    source = Source(id="s", url=web.url("/feed"))
    entries = asyncio.run(make_collector(fetch, SEEN)(source, FetchState())).entries

    assert [(entry.title, entry.source) for entry in entries] == [("A page", "Links"), ("A page", "Agency")]
