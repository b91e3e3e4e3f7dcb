"""The search page on a real socket."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from digest.model.slots import Slot
from digest.store import Store, editions, open_store, stories
from tests.support.values import SLOT, article, brief, edition
from tests.support.web_site import NEWSLETTER, Answer, RunningSite, running_site, site_settings

PUBLIC = replace(NEWSLETTER, archive="public")
WEEKLY = replace(NEWSLETTER, id="weekly", title="Weekly", archive="public")
MEMBERS = replace(NEWSLETTER, id="members", title="Members only", archive="subscribers")
HIDDEN = replace(NEWSLETTER, id="hidden", title="Hidden")


def publish(store: Store, title: str, *, newsletter_id: str = "main", day: int = 0, body: str = "–") -> None:
    slot = Slot(due=SLOT.due + timedelta(days=day), key=f"{(SLOT.due + timedelta(days=day)).date()}")
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(newsletter_id=newsletter_id, slot=slot), at=slot.due)
        stories.add(conn, id_, [brief(article(f"{newsletter_id} {title}", title=title, paragraphs=(body,)))])


@pytest.fixture
def site(sqlite_store: Store) -> Iterator[RunningSite]:
    with running_site(sqlite_store, site_settings(PUBLIC, WEEKLY, MEMBERS, HIDDEN)) as running:
        yield running


@pytest.fixture(scope="module")
def ferry_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    """A site with one story, for queries that change nothing."""
    file = tmp_path_factory.mktemp("site") / "digest.db"
    with open_store(f"sqlite:///{file}") as store, running_site(store, site_settings(PUBLIC, MEMBERS)) as running:
        publish(store, "The ferry stays")
        yield running


def titles(page: Answer) -> list[str]:
    """The titles of the stories on the page."""
    marked = re.findall(r'<h2 class="headline"><a href="/stories/\d+">(.*?)</a></h2>', page.text)
    return [html.unescape(re.sub(r"</?mark>", "", title)) for title in marked]


def link(page: Answer, rel: str) -> str:
    """The link to the next or the first page; empty if there is none."""
    found = re.search(rf'<a [^>]*rel="{rel}" href="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def test_stories_of_public_newsletters_are_found(site: RunningSite, sqlite_store: Store) -> None:
    for day, newsletter_id in enumerate(("main", "members", "hidden", "gone", "weekly")):
        publish(sqlite_store, f"The ferry of {newsletter_id}", newsletter_id=newsletter_id, day=day)
    page = site.get("/search?q=FERRY")

    assert page.status == 200
    assert titles(page) == ["The ferry of weekly", "The ferry of main"]
    assert "The <mark>ferry</mark> of main" in page.text
    assert "Sunday, 29 March 2026</time> · Harbour News" in page.text
    assert page.headers["x-robots-tag"] == "noindex"
    assert titles(site.get("/search?q=ferry&newsletter=main")) == ["The ferry of main"]


@pytest.mark.parametrize("newsletter_id", ["members", "hidden", "gone", "main'", "%00"])
def test_other_newsletters_are_not_searched(newsletter_id: str, ferry_site: RunningSite) -> None:
    assert ferry_site.get(f"/search?q=ferry&newsletter={newsletter_id}").status == 404


def test_without_a_public_newsletter_there_is_no_search(sqlite_store: Store) -> None:
    with running_site(sqlite_store, site_settings(MEMBERS, HIDDEN)) as site:
        assert site.get("/search?q=ferry").status == 404


def test_pages_of_results_follow_each_other(site: RunningSite, sqlite_store: Store) -> None:
    for day in range(45):
        publish(sqlite_store, f"Ferry {day}", day=day)
    first = site.get("/search?q=ferry&newsletter=main")
    second = site.get(link(first, "next"))
    third = site.get(link(second, "next"))

    assert titles(first) + titles(second) + titles(third) == [f"Ferry {day}" for day in reversed(range(45))]
    assert (link(first, "prev"), link(third, "next")) == ("", "")
    assert titles(site.get(link(third, "prev"))) == titles(first)


def test_the_sentence_with_most_of_the_words_is_shown(site: RunningSite, sqlite_store: Store) -> None:
    with sqlite_store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=SLOT.due)
        lead = article(title="Wind")
        story = brief(lead)
        sentences = [replace(story.sentences[0], text=words) for words in ("It blows.", "A <b>ferry</b> in harbour.")]
        stories.add(conn, id_, [replace(story, sentences=tuple(sentences))])
    page = site.get("/search?q=ferry+harb")

    assert "A &lt;b&gt;<mark>ferry</mark>&lt;/b&gt; in <mark>harbour</mark>." in page.text
    assert "It blows." not in page.text


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="none"),
        pytest.param("\x00", id="NUL"),
        pytest.param('"', id="a quotation mark"),
        pytest.param("* ^ : ( ) { } - + NEAR", id="operators of SQLite"),
        pytest.param("& | ! <-> :*", id="operators of PostgreSQL"),
        pytest.param("words : ferry", id="a column"),
        pytest.param("'; DROP TABLE stories; --", id="SQL"),
        pytest.param('"><script>alert(1)</script>', id="HTML"),
        pytest.param("{{ 7 * 7 }}%s%(x)s", id="templates"),
        pytest.param("\u202e\ufeff\U0001f6a2", id="controls and emoji"),
        pytest.param("x" * 10_000, id="one long word"),
        pytest.param("é " * 5_000, id="many words"),
        pytest.param('"a" ' * 2_500, id="many phrases"),
    ],
)
def test_any_query_gives_a_page(query: str, ferry_site: RunningSite) -> None:
    page = ferry_site.get(f"/search?q={quote(query)}")

    assert page.status == 200
    assert "<script" not in page.text
    assert titles(page) == []
    assert ferry_site.events == []


@pytest.mark.parametrize(
    "parameters", ["q=%FF%FE", "q=%ED%A0%80+ferry", "q=a&q=b", "before=x&q=a", "q", "before=-1", "%"]
)
def test_any_parameters_give_a_page(parameters: str, ferry_site: RunningSite) -> None:
    assert ferry_site.get(f"/search?{parameters}").status == 200
    assert ferry_site.get(f"/search?q=ferry&before={'9' * 30}&{parameters}").status == 200
    assert ferry_site.events == []


def test_the_archive_has_a_search_box_for_its_newsletter(site: RunningSite, sqlite_store: Store) -> None:
    publish(sqlite_store, "Ferry")
    box = '<input type="hidden" name="newsletter" value="main">'

    assert box in site.get("/main/").text
    assert box in site.get("/search?q=ferry&newsletter=main").text


def test_stories_that_are_not_indexed_are_once_pages_are_served(sqlite_store: Store) -> None:
    """The page says it if there is no index: the store was made where Python's SQLite has no FTS5."""
    publish(sqlite_store, "Ferry")
    with sqlite_store.begin() as conn:
        conn.execute(text("DROP TABLE story_search"))
    with running_site(sqlite_store, site_settings(PUBLIC)) as site:
        while not site.events:
            time.sleep(0.005)
        assert site.events == [("stories_indexed", {"stories": 1})]
        assert titles(site.get("/search?q=ferry")) == ["Ferry"]

        with sqlite_store.begin() as conn:
            conn.execute(text("DROP TABLE story_search"))
        page = site.get("/search?q=ferry")
        assert page.status == 200
        assert "Search does not work here at the moment." in page.text
        assert 'href="/main/"' in page.text
