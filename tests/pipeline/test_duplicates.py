"""Identity of articles over several fetches: none is published twice, and none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.articles import Article
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.settings import Settings
from digest.store import open_store

MORNING = datetime(2026, 3, 27, 6, tzinfo=UTC)
DAY = timedelta(days=1)
FERRY = "The island ferry stayed in harbour for the third day because of strong wind, the shipping line said."
MILL = "The old mill in the valley grinds rye again since Monday, and the miller sells flour at noon."
URL = "https://post.example/ferry"


@dataclass(frozen=True, kw_only=True)
class Item:
    """Item of a feed; empty fields are left out."""

    guid: str = ""
    link: str = URL
    title: str = "The ferry stays"
    date: str = "Thu, 26 Mar 2026 08:00:00 GMT"
    body: str = FERRY

    def __str__(self) -> str:
        fields = {"guid": self.guid, "link": self.link, "title": self.title, "pubDate": self.date}
        inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items() if value)
        inner = inner.replace("<guid>", '<guid isPermaLink="false">')
        return f"<item>{inner}<description>{self.body}</description></item>"


MILLS = Item(guid="m", link="https://post.example/mill", title="The mill grinds", body=MILL)


def articles_after(folder: Path, *visits: list[Item]) -> list[Article]:
    """All articles of an edition after the last fetch, chosen or left out."""
    file = folder / "feed.xml"
    app = make_app(Settings(sources=(Source(id="post", path=file),)), store=open_store("sqlite://"))
    for number, items in enumerate(visits):
        file.write_text(f"<rss version='2.0'><channel><title>Post</title>{''.join(map(str, items))}</channel></rss>")
        collect_sources(app.settings.sources, app, now=MORNING + number * timedelta(hours=1))
    due = MORNING + timedelta(hours=2)
    newsletter = Newsletter(id="main", title="Main", stories=None)
    digest = compose(newsletter, Slot(due=due, key="k"), app, window=Window(start=due - 400 * DAY, end=due))
    stories = [article for brief in digest.briefs for article in brief.story.all_articles]
    return sorted([*stories, *(item.article for item in digest.left_out)], key=lambda article: article.title)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(Item(guid="1"), Item(guid="1"), id="the same"),
        pytest.param(Item(guid="1"), Item(guid="2"), id="another GUID for the same link"),
        pytest.param(Item(guid="1"), Item(), id="a GUID that went"),
        pytest.param(Item(), Item(guid="1"), id="a GUID that came"),
        pytest.param(Item(guid="1"), Item(guid="1", link=f"{URL}-renamed"), id="another link for the same GUID"),
        pytest.param(Item(guid="1"), Item(guid="1", title="The ferry sails"), id="an edited title"),
        pytest.param(Item(guid="1"), Item(guid="1", body=MILL), id="an edited text"),
        pytest.param(Item(guid="1"), Item(guid="1", date=""), id="a date that went"),
        pytest.param(Item(), Item(link=f"{URL}?utm_source=rss&amp;fbclid=x"), id="tracking parameters"),
        pytest.param(Item(), Item(link="http://post.example/ferry"), id="http and https"),
        pytest.param(Item(), Item(link="https://m.post.example/ferry"), id="the mobile twin"),
        pytest.param(Item(), Item(link="https://post.example/ferry/amp"), id="the AMP twin"),
        pytest.param(Item(), Item(link="https://amp.post.example/ferry"), id="the AMP host"),
        pytest.param(Item(), Item(link=f"{URL}/#comments"), id="a fragment and a slash"),
        pytest.param(Item(link="", guid=""), Item(link="", guid=""), id="neither GUID nor link"),
    ],
)
def test_an_edited_article_is_one_article(tmp_path: Path, first: Item, second: Item) -> None:
    articles = articles_after(tmp_path, [first, MILLS], [second, MILLS])

    assert len(articles) == 2
    assert [first.title, second.title].count(articles[0].title) > 0
    assert articles[1].title == MILLS.title


@pytest.mark.parametrize(
    ("visits", "titles"),
    [
        pytest.param(
            [[Item(guid="1"), Item(guid="1", link=MILLS.link, title=MILLS.title, body=MILL)]],
            ["The ferry stays", "The mill grinds"],
            id="one GUID for two articles",
        ),
        pytest.param(
            [[Item(guid="1")], [Item(guid="1"), Item(guid="1", link=MILLS.link, title=MILLS.title, body=MILL)]],
            ["The ferry stays", "The mill grinds"],
            id="a GUID that became two articles'",
        ),
        pytest.param(
            [[Item(link="", title=""), Item(link="", title="", body=MILL)]],
            [FERRY, MILL],
            id="neither GUID nor link nor title",
        ),
        pytest.param(
            [[Item(link="https://post.example/?id=1"), Item(link="https://post.example/?id=2", title="B", body=MILL)]],
            ["B", "The ferry stays"],
            id="parameters that name the article",
        ),
    ],
)
def test_different_articles_are_not_merged(tmp_path: Path, visits: list[list[Item]], titles: list[str]) -> None:
    assert [article.title for article in articles_after(tmp_path, *visits)] == titles


@pytest.mark.parametrize(
    ("date", "published"),
    [
        pytest.param("", MORNING, id="missing: when it was first seen"),
        pytest.param("Fri, 01 Jan 2100 00:00:00 GMT", MORNING, id="in the future: when it was first seen"),
        pytest.param("the day before", MORNING, id="nonsense: when it was first seen"),
        pytest.param("Thu, 26 Mar 2026 08:00:00 GMT", datetime(2026, 3, 26, 8, tzinfo=UTC), id="its own"),
    ],
)
def test_every_article_has_a_date(tmp_path: Path, date: str, published: datetime) -> None:
    (article,) = articles_after(tmp_path, [Item(guid="1", date=date)], [Item(guid="1", date=date)])

    assert article.published == published
