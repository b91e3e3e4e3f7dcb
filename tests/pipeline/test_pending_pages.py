"""Teasers whose page failed are completed later, for a while; published ones are not news again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from digest.model.digests import Digest
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.settings import FetchSettings, Settings
from digest.store import entries, open_store
from tests.support.sites import html
from tests.support.values import sent
from tests.support.web_servers import Answer, Route, WebServer

NOW = datetime(2026, 3, 27, 6, tzinfo=UTC)
QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
NEWSLETTER = Newsletter(id="main", title="Main")
TEASER = "The ferry sails again, says the harbour office."
PAGE = html(
    body=f"<p>{TEASER}</p>"
    + "".join(
        f"<p>{line}</p>"
        for line in (
            "It had been in the dock for three weeks, since its rudder was damaged by a tree trunk in the river.",
            "The crew of the harbour took the time to paint its hull, and to mend the lights on the upper deck.",
            "On Monday the first ferry leaves at nine in the morning, and the last one comes back at eight.",
            "A crossing costs what it did before, but children below the age of ten don't pay in the summer.",
            "The office expects more guests than last year, since the bridge upstream is closed until autumn.",
        )
    )
)


def feed(web: WebServer, *paths: str, **headers: str) -> Answer:
    items = "".join(
        f"<item><guid>{path}</guid><link>{web.url(path)}</link><title>The ferry sails again</title>"
        f"<description>{TEASER}</description></item>"
        for path in paths
    )
    body = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    return Answer(body=body, headers=headers)


@pytest.fixture
def app(web: WebServer) -> Iterator[App]:
    """A feed with one teaser, whose page is missing."""
    web.routes |= {"/feed": feed(web, "/a"), "/a": Answer(status=503)}
    source = Source(id="post", url=web.url("/feed"))
    fetch = FetchSettings(allow=(web.address,), timeout_s=2)
    with open_store("sqlite://") as store:
        yield make_app(Settings(sources=(source,), newsletters=(NEWSLETTER,), fetch=fetch), store=store)


def collect_at(app: App, at: datetime = NOW) -> list[int]:
    """Number of paragraphs of each entry after collecting."""
    collect_sources(app.settings.sources, app, now=at)
    with app.store.read() as conn:
        return [entry.body.count("<p>") for entry in entries.for_source(conn, "post")]


def composed(app: App, at: datetime) -> Digest:
    return compose(NEWSLETTER, Slot(due=at, key=f"{at:%d%H}"), app, window=Window(start=at - 24 * HOUR, end=at))


def hang_up(_: object) -> None:
    """Say nothing."""


AWAY: dict[str, Route] = {
    "an error": Answer(status=500),
    "too many requests": Answer(status=429),
    "no answer": hang_up,
    "no answer in time": lambda _: time.sleep(3),
    "cut short": Answer(body=b"<html>", headers={"Content-Length": "99"}),
}


@pytest.mark.parametrize("away", AWAY.values(), ids=AWAY)
def test_a_page_that_failed_is_fetched_again(app: App, web: WebServer, away: Route) -> None:
    web.routes["/a"] = away
    assert collect_at(app) == [0]
    web.routes["/a"] = PAGE

    assert collect_at(app, NOW + HOUR) == [6]
    asked = web.paths.count("/a")
    assert collect_at(app, NOW + 2 * HOUR) == [6]
    assert web.paths.count("/a") == asked


def test_a_page_is_fetched_again_after_its_robots_txt_failed(app: App, web: WebServer) -> None:
    web.routes |= {"/robots.txt": Answer(status=503), "/a": PAGE}
    assert collect_at(app) == [0]
    del web.routes["/robots.txt"]

    assert collect_at(app, NOW + HOUR) == [6]


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(Answer(status=304), id="unchanged"),
        pytest.param(Answer(body=b"<rss version='2.0'><channel></channel></rss>"), id="without it"),
    ],
)
def test_a_page_is_fetched_again_even_if_the_feed_no_longer_lists_it(app: App, web: WebServer, later: Answer) -> None:
    web.routes["/feed"] = feed(web, "/a", ETag='"1"')
    collect_at(app)
    web.routes |= {"/feed": later, "/a": PAGE}

    assert collect_at(app, NOW + HOUR) == [6]


@pytest.mark.parametrize("page", [Answer(status=404), Answer(status=403), html(body="<p>Pay.</p>")])
def test_a_page_without_an_article_is_fetched_once(app: App, web: WebServer, page: Answer) -> None:
    web.routes["/a"] = page

    for hours in range(5):
        assert collect_at(app, NOW + hours * HOUR) == [0]

    assert web.paths.count("/a") == 1


def test_page_retries_become_rarer_and_end(app: App, web: WebServer) -> None:
    for quarters in [*range(16), *range(16, 4 * 24 * 4, 4)]:
        collect_at(app, NOW + quarters * QUARTER)

    assert web.paths.count("/a") == 9


def test_retry_after_is_honoured_for_pages(app: App, web: WebServer) -> None:
    web.routes["/feed"] = feed(web, "/a", "/b", "/c")
    for path in "abc":
        web.routes[f"/{path}"] = Answer(status=429, headers={"Retry-After": "7200"})
    fetch = replace(app.settings.fetch, per_host=1)
    app = make_app(replace(app.settings, fetch=fetch), store=app.store)

    collect_at(app)
    collect_at(app, NOW + HOUR)
    asked = [path for path in web.paths if path in {"/a", "/b", "/c"}]
    for path in "abc":
        web.routes[f"/{path}"] = PAGE

    assert asked == ["/a"]
    assert collect_at(app, NOW + 3 * HOUR) == [6, 6, 6]


def test_a_failed_fetch_of_the_source_loses_no_pending_page(app: App, web: WebServer) -> None:
    collect_at(app)
    web.routes |= {"/feed": Answer(status=500), "/a": PAGE}
    collect_at(app, NOW + HOUR)
    web.routes["/feed"] = feed(web, "/a")

    assert collect_at(app, NOW + 2 * HOUR) == [6]


def test_the_next_edition_has_the_full_text(app: App, web: WebServer) -> None:
    collect_at(app)
    web.routes["/a"] = PAGE
    collect_at(app, NOW + HOUR)

    (brief,) = composed(app, NOW + 2 * HOUR).briefs
    assert len(brief.sentences) == 3
    assert not brief.ranked.update


def test_a_published_teaser_is_not_news_when_its_page_arrives(app: App, web: WebServer) -> None:
    collect_at(app)
    first = composed(app, NOW + HOUR)
    sent(first, app.store)
    web.routes["/a"] = PAGE
    collect_at(app, NOW + 2 * HOUR)

    assert [sentence.text for brief in first.briefs for sentence in brief.sentences] == [TEASER]
    assert composed(app, NOW + 3 * HOUR).briefs == ()


def test_a_later_edit_is_news(app: App, web: WebServer) -> None:
    collect_at(app)
    sent(composed(app, NOW + HOUR), app.store)
    web.routes["/a"] = PAGE
    collect_at(app, NOW + 2 * HOUR)
    whole = PAGE.body.decode().partition("<article>")[2].partition("</article>")[0]
    addition = "<p>The ferry struck a sandbank on Friday evening. Nine guests were brought ashore by the lifeboat.</p>"
    ending = "<p>It sails no more until May, the office says.</p>" * 9
    edited_feed = feed(web, "/a").body.decode().replace(TEASER, f"<![CDATA[{whole}{addition}{ending}]]>")
    web.routes["/feed"] = Answer(body=edited_feed.encode())
    collect_at(app, NOW + 3 * HOUR)

    (brief,) = composed(app, NOW + 4 * HOUR).briefs
    assert brief.ranked.update
    assert "sandbank" in " ".join(sentence.text for sentence in brief.sentences)


def test_a_preview_with_fetch_retries_pending_pages(app: App, web: WebServer) -> None:
    collect_at(app)
    web.routes["/a"] = PAGE
    window = Window(start=NOW - HOUR, end=NOW + 2 * HOUR)
    with app.store.snapshot(["post"], window) as scratch:
        assert collect_at(make_app(app.settings, store=scratch), NOW + HOUR) == [6]


def test_pending_pages_of_a_feed_list_are_retried(app: App, web: WebServer) -> None:
    web.routes |= {
        "/b": PAGE,
        "/feed": feed(web, "/a", "/b"),
        "/list": Answer(body=f"<opml><body><outline xmlUrl='{web.url('/feed')}'/></body></opml>".encode()),
    }
    listed = Source(id="post", url=web.url("/list"))
    app = make_app(replace(app.settings, sources=(listed,)), store=app.store)

    assert collect_at(app) == [0, 6]
    web.routes["/a"] = PAGE
    assert collect_at(app, NOW + HOUR) == [6, 6]
    assert collect_at(app, NOW + 2 * HOUR) == [6, 6]
    assert (web.paths.count("/a"), web.paths.count("/b")) == (2, 1)
