"""Identity of articles over several fetches: none is published twice, and none is lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.clean.articles import clean
from digest.model.articles import Article, BodyFormat, Entry
from digest.model.digests import Digest
from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import App, make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.settings import Settings
from digest.store import open_store, tables
from tests.support.values import sent

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


def write_feed(file: Path, items: list[Item]) -> None:
    file.write_text(f"<rss version='2.0'><channel><title>Post</title>{''.join(map(str, items))}</channel></rss>")


def articles_after(folder: Path, *visits: list[Item]) -> list[Article]:
    """All articles of an edition after the last fetch, chosen or left out."""
    file = folder / "feed.xml"
    app = make_app(Settings(sources=(Source(id="post", path=file),)), store=open_store("sqlite://"))
    for number, items in enumerate(visits):
        write_feed(file, items)
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


HOME = "https://post.example/"
EPISODES = [
    Item(guid=f"e{number}", link=HOME, title=f"Episode {number}", body=f"Number {number} is about bridge {number}.")
    for number in range(4)
]


def titles_after(folder: Path, *visits: list[Item]) -> list[str]:
    return [article.title for article in articles_after(folder, *visits)]


@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([EPISODES], id="at once"),
        pytest.param([EPISODES[:2], EPISODES], id="some later"),
        pytest.param([EPISODES[2:], EPISODES], id="some before"),
        pytest.param([EPISODES, EPISODES[::-1]], id="in another order"),
        pytest.param([EPISODES[:3], EPISODES[1:]], id="the first one goes when another comes"),
        pytest.param([EPISODES[:3], EPISODES[3:]], id="all go when another comes"),
        pytest.param([[replace(item, guid="") for item in EPISODES]], id="without GUIDs"),
        pytest.param(
            [[replace(item, guid="") for item in EPISODES[:3]], [replace(item, guid="") for item in EPISODES[::-1]]],
            id="without GUIDs, and another later",
        ),
        pytest.param(
            [[replace(item, guid="", link=f"{HOME}#{item.guid}") for item in EPISODES]], id="at anchors of one page"
        ),
        pytest.param(
            [[replace(item, guid="same") for item in EPISODES[:1]], EPISODES], id="another GUID for the first"
        ),
        pytest.param([EPISODES, [replace(item, guid=f"new-{item.guid}") for item in EPISODES]], id="GUIDs that change"),
        pytest.param([EPISODES, [replace(item, body=FERRY + item.body) for item in EPISODES]], id="edited texts"),
    ],
)
def test_items_of_one_document_that_share_a_link_are_several_articles(tmp_path: Path, visits: list[list[Item]]) -> None:
    assert titles_after(tmp_path, *visits) == [item.title for item in EPISODES]


def test_items_that_share_a_link_keep_their_ids(tmp_path: Path) -> None:
    """Those stored first, and whatever comes, goes, changes its place or its GUID later."""
    first = {article.title: article.id for article in articles_after(tmp_path, EPISODES[:2])}
    changed = [replace(item, guid=f"new-{item.guid}") for item in reversed(EPISODES)]
    later = {article.title: article.id for article in articles_after(tmp_path, EPISODES[:2], EPISODES, changed)}

    assert first.items() <= later.items()
    assert len({*later.values()}) == len(EPISODES)


def test_one_of_the_items_that_share_a_link_has_the_links_id(tmp_path: Path) -> None:
    """Another outlet's item at this link is the same article, as is the one that an earlier version stored."""
    alone = articles_after(tmp_path, [EPISODES[0]])

    assert alone[0].id in {article.id for article in articles_after(tmp_path, EPISODES)}


def _compose(app: App, *, hours: int) -> Digest:
    due = MORNING + timedelta(hours=hours)
    newsletter = Newsletter(id="main", title="Main", stories=None)
    return compose(newsletter, Slot(due=due, key=f"k{hours}"), app, window=Window(start=due - 400 * DAY, end=due))


@pytest.mark.parametrize("guids", ["kept", "none"])
def test_no_story_that_an_earlier_version_sent_is_sent_again(tmp_path: Path, guids: str) -> None:
    """It stored one article for all items at a link, and sent that; the other items are old news."""
    items = EPISODES if guids == "kept" else [replace(item, guid="") for item in EPISODES]
    file = tmp_path / "feed.xml"
    app = make_app(Settings(sources=(Source(id="post", path=file),)), store=open_store("sqlite://"))
    write_feed(file, items[:3] if guids == "kept" else items[:1])
    collect_sources(app.settings.sources, app, now=MORNING)
    with app.store.begin() as conn:
        conn.execute(update(tables.articles).values(id=_id_of_the_link(items[0])))
    first = _compose(app, hours=1)
    assert [brief.story.lead.title for brief in first.briefs] == [items[0].title]
    sent(first, app.store)

    write_feed(file, items)
    collect_sources(app.settings.sources, app, now=MORNING + timedelta(hours=2))
    titles = [brief.story.lead.title for brief in _compose(app, hours=3).briefs]

    assert items[0].title not in titles
    assert items[3].title in titles


def _id_of_the_link(item: Item) -> str:
    entry = Entry(
        source_id="post", guid="", url=item.link, title="", body="", form=BodyFormat.HTML, seen=MORNING, source=""
    )
    return clean([entry])[0].id


def test_a_link_keeps_the_anchor_of_its_item(tmp_path: Path) -> None:
    anchored = [replace(item, guid="", link=f"{HOME}changes#v{at}.0") for at, item in enumerate(EPISODES)]

    articles = articles_after(tmp_path, anchored)

    assert [article.url for article in articles] == [item.link for item in anchored]


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


def test_items_of_one_link_with_neither_guids_nor_titles_are_several_articles(tmp_path: Path) -> None:
    untitled = [replace(item, guid="", title="") for item in EPISODES]

    assert len(articles_after(tmp_path, untitled[:2], untitled[::-1])) == len(EPISODES)
