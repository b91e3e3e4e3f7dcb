"""The correction watch: a quoted sentence that its page changes is reported once; harmless changes are not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from digest.model.corrections import CorrectionKind
from digest.pipeline.app import App
from digest.pipeline.collect import collect_sources
from digest.store import corrections, entries, open_store, watched_articles
from digest.store.watched_articles import WatchedArticle
from tests.support.corrected_pages import (
    DAY,
    MORNING,
    NEWSLETTER,
    QUOTED,
    TEXT,
    TITLE,
    edited,
    feed,
    page,
    publish_at,
    quote,
    visit,
    watched_app,
)
from tests.support.web_servers import Answer, WebServer

pytestmark = pytest.mark.slow

TRAMS = (
    "Trams on the hill line run every six minutes again from Monday, the transport office said.",
    "The line had been cut to one tram a quarter of an hour while its overhead wires were replaced.",
    "More people than ever take the tram on this line, and a second depot is planned.",
)


@pytest.fixture
def app(web: WebServer) -> Iterator[App]:
    with open_store("sqlite://") as store:
        yield watched_app(web, store)


def watched(app: App) -> WatchedArticle:
    with app.store.read() as conn:
        (article,) = watched_articles.recent(conn, limit=9)
    return article


def add_news(web: WebServer, app: App, path: str = "/trams", days: int = 1) -> None:
    """Something new, so that there is a next edition."""
    at = MORNING + days * DAY - DAY / 24
    web.routes |= {"/feed": feed(web, {path: f"Trams run again {days}"}, at), path: page(*TRAMS, title="Trams")}
    collect_sources(app.settings.sources, app, now=at)


def test_a_changed_sentence_is_reported_in_the_next_edition_and_never_again(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = edited("4 million", "6 million")

    result = visit(app)
    add_news(web, app)
    second = publish_at(app, MORNING + DAY)
    add_news(web, app, "/more", days=2)
    third = publish_at(app, MORNING + 2 * DAY)

    assert result.found == 1
    assert second.digest
    assert third.digest
    (correction,) = second.digest.corrections
    assert (correction.kind, correction.before) == (CorrectionKind.CHANGED, QUOTED)
    assert correction.after == QUOTED.replace("4", "6")
    assert third.digest.corrections == ()


HARMLESS = {
    "a typing error": edited("compensation", "compansation"),
    "other quotation marks and spaces": edited("old bridge on", "old  bridge\u00a0on"),
    "a soft hyphen": edited("Repairs", "Re\u00adpairs"),
    "a number in words": edited("4 million", "four million"),
    "other words": edited("will cost", "are going to cost"),
    "a moved paragraph": page(TEXT[2], TEXT[0], TEXT[1], *TEXT[3:]),
    "an advertisement": page(*TEXT[:2], "Advertisement: fly to the islands from 99 euros, today only!", *TEXT[2:]),
    "an added report": page(*TEXT, "Update: The office has opened a hotline for residents on both banks of the river."),
    "a consent form": page("We value your privacy. We and our partners use cookies. Accept all or manage choices."),
    "a paywall": page(TEXT[0][:60] + "…", "Subscribe now to continue reading this article. Already a subscriber?"),
    "another article": page(*TRAMS, *TRAMS[::-1], title="Trams"),
    "a removed page": Answer(status=410),
    "an error": Answer(status=500),
    "another layout": page(
        *TEXT, before="<nav><a href='/'>Home</a> <a href='/x'>News</a></nav>", after="<p>Imprint</p>"
    ),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_change_is_no_correction(web: WebServer, app: App, change: Answer) -> None:
    quote(app)
    web.routes["/bridge"] = change

    result = visit(app)

    assert (result.compared, result.found) == (1, 0)
    assert watched(app).detail or watched(app).outcome in {"gone", "failed"}


def test_a_page_that_leads_elsewhere_is_no_correction(web: WebServer, app: App) -> None:
    quote(app)
    web.routes |= {"/bridge": Answer(status=302, headers={"Location": "/moved"}), "/moved": edited("4 m", "6 m")}

    result = visit(app)

    assert result.found == 0
    assert watched(app).outcome == "moved"


def test_an_article_is_visited_three_times_with_its_validators(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = replace(page(), headers={"Content-Type": "text/html", "ETag": '"1"'})
    before = len(web.paths)

    for days in range(1, 20):
        visit(app, MORNING + days * DAY)

    visits = [headers for path, headers in web.requests[before:] if path == "/bridge"]
    assert len(visits) == 3
    assert "If-None-Match" not in visits[0]
    assert visits[1]["If-None-Match"] == '"1"'


def test_a_page_that_robots_txt_forbids_is_not_visited(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /bridge")
    before = len(web.paths)

    visit(app)

    assert "/bridge" not in web.paths[before:]
    assert watched(app).outcome == "forbidden"


def test_a_server_that_asks_to_wait_is_asked_later_and_loses_no_visit(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = Answer(status=503, headers={"Retry-After": "7200"})

    visit(app)

    with app.store.read() as conn:
        (article,) = watched_articles.due(conn, now=MORNING + DAY + DAY / 12, limit=9)
    assert (article.outcome, article.visits) == ("postponed", 0)


def test_a_text_of_another_version_of_the_program_is_not_compared(web: WebServer, app: App) -> None:
    quote(app)
    with app.store.begin() as conn:
        (article,) = watched_articles.due(conn, now=MORNING + DAY, limit=9)
        watched_articles.save(conn, replace(article, extraction="0.0.1 abc"))
    web.routes["/bridge"] = edited("4 million", "6 million")
    before = len(web.paths)

    result = visit(app)

    assert result.found == 0
    assert web.paths[before:] == []


def test_an_article_of_a_feed_is_compared_without_a_request(web: WebServer, app: App) -> None:
    whole = "".join(
        f"&lt;p&gt;{paragraph}&lt;/p&gt;" for paragraph in (*TEXT, *(sentence * 3 for sentence in TEXT[1:]))
    )
    item = f"<item><guid>1</guid><title>{TITLE}</title><link>{web.url('/bridge')}</link>"
    item += "<description>{}</description></item>"
    document = f"<rss version='2.0'><channel><title>Valley Post</title>{item}</channel></rss>"
    text = whole * 3
    web.routes["/feed"] = Answer(body=document.format(text).encode())
    quote(app)
    web.routes["/feed"] = Answer(body=document.format(text.replace("4 million", "6 million")).encode())
    collect_sources(app.settings.sources, app, now=MORNING + DAY / 2)
    before = len(web.paths)

    result = visit(app)

    assert result.found == 1
    assert web.paths[before:] == []


def other_words(text: str, number: int) -> str:
    """The text about something else, so that it makes a story of its own."""
    return re.sub(r"[a-z]{4,}", lambda word: word[0] + "aeiou"[number] * 2 + "n", text)


def test_many_corrections_of_a_source_at_once_are_held(web: WebServer, app: App) -> None:
    texts = {f"/{number}": tuple(other_words(text, number) for text in TEXT) for number in range(5)}
    web.routes["/feed"] = feed(web, {path: other_words(TITLE, int(path[1:])) for path in texts})
    web.routes |= {path: page(*paragraphs, title=paragraphs[0][:40]) for path, paragraphs in texts.items()}
    result = quote(app)
    assert result.digest
    assert len(result.digest.briefs) == 5
    for path, paragraphs in texts.items():
        web.routes[path] = page(*(text.replace(" 4 ", " 6 ") for text in paragraphs))

    watch = visit(app)
    add_news(web, app)
    second = publish_at(app, MORNING + DAY)

    assert watch.found == 5
    assert watch.held == {"post": 5}
    assert second.digest
    assert second.digest.corrections == ()


def test_a_newsletter_without_the_setting_watches_nothing(web: WebServer) -> None:
    plain = replace(NEWSLETTER, corrections=False)
    with open_store("sqlite://") as store:
        app = watched_app(web, store, plain)
        collect_sources(app.settings.sources, app, now=MORNING - DAY / 24)
        publish_at(app, MORNING, plain)

        with store.read() as conn:
            assert watched_articles.count(conn) == (0, 0)


def test_the_stored_article_has_the_corrected_text_afterwards(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = edited("4 million", "6 million")

    visit(app)

    with app.store.read() as conn:
        (entry,) = entries.for_source(conn, "post")
        assert corrections.counts(conn, since=MORNING) == (0, 1, 0)
    assert "6 million" in entry.body
