"""Upgrade: no story that a store of the version before has sent is sent again."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.model.newsletters import Newsletter, Source
from digest.model.slots import Slot, Window
from digest.pipeline.app import make_app
from digest.pipeline.collect import collect_sources
from digest.pipeline.compose import compose
from digest.settings import Settings
from digest.store import open_store

NEXT_MORNING = datetime(2026, 3, 28, 6, tzinfo=UTC)
FERRY = "The island ferry stayed in harbour for the third day because of strong wind, the shipping line said."
MILL = "The old mill in the valley grinds rye again since Monday, and the miller sells flour at noon."
SNOW = "Two metres of snow closed the pass road on Sunday, and the bakers of the upper villages went down by sledge."
WELL = "The well on the market square has water again, and children filled their bottles there on Saturday."
OVEN = "The village oven burns every second Friday from now on, and each household may bake four loaves."
CLOCK = "The clock of the town hall strikes the quarters again after a watchmaker cleaned its wheels in March."


def item(guid: str, link: str, title: str, body: str) -> str:
    guid = f'<guid isPermaLink="false">{guid}</guid>' if guid else ""
    date = "Thu, 26 Mar 2026 08:00:00 GMT"
    head = f"{guid}<link>{link}</link><title>{title}</title><pubDate>{date}</pubDate>"
    return f"<item>{head}<description>{body}</description></item>"


def clock(guid: str, link: str) -> str:
    return item(guid, link, "The clock strikes", CLOCK)


POST, NEWS, LOG, BAKERS = (
    "https://post.example/",
    "https://news.example/",
    "https://log.example/",
    "https://oven.example/",
)
FERRY_ITEM, MILL_ITEM = item("1", POST, "The ferry stays", FERRY), item("2", POST, "The mill grinds", MILL)
#: The documents of which the store's edition was made, by source. The edition had all but the mill.
DOCUMENTS = {
    "guids": FERRY_ITEM + MILL_ITEM,
    "links": item("", NEWS, "The pass is closed", SNOW),
    "anchors": item(f"{LOG}#well", f"{LOG}#well", "The well has water", WELL),
    "single": item("1", BAKERS, "The oven burns", OVEN),
}


def next_edition(folder: Path, documents: Mapping[str, str]) -> list[str]:
    """The titles of the articles in the next edition of a store of the version before."""
    with closing(sqlite3.connect(folder / "digest.db")) as database:
        database.executescript((Path(__file__).parents[1] / "data" / "stores" / "sent_0005.sql").read_text("utf-8"))
    for name, items in documents.items():
        (folder / f"{name}.xml").write_text(f"<rss version='2.0'><channel><title>Post</title>{items}</channel></rss>")
    sources = tuple(Source(id=name, path=folder / f"{name}.xml") for name in documents)
    with open_store(f"sqlite:///{folder / 'digest.db'}") as store:
        app = make_app(Settings(sources=sources), store=store)
        collect_sources(sources, app, now=NEXT_MORNING)
        window = Window(start=NEXT_MORNING - timedelta(days=3), end=NEXT_MORNING)
        newsletter = Newsletter(id="main", title="Main", stories=None)
        digest = compose(newsletter, Slot(due=NEXT_MORNING, key="2026-03-28"), app, window=window)
    return sorted(article.title for brief in digest.briefs for article in brief.story.all_articles)


@pytest.mark.parametrize(
    ("changes", "titles"),
    [
        pytest.param({}, [], id="nothing changed"),
        pytest.param({"guids": MILL_ITEM + FERRY_ITEM}, [], id="another order"),
        pytest.param({"guids": clock("3", POST) + MILL_ITEM + FERRY_ITEM}, ["The clock strikes"], id="a further item"),
        pytest.param({"guids": clock("3", POST) + MILL_ITEM}, ["The clock strikes"], id="another item in place of one"),
        pytest.param(
            {"guids": item("m", POST, "The mill grinds", MILL) + item("f", POST, "The ferry stays", FERRY)},
            [],
            id="new GUIDs in another order",
        ),
        pytest.param({"single": item("2", BAKERS, "The oven burns", OVEN)}, [], id="another GUID at a known address"),
        pytest.param(
            {"single": clock("3", BAKERS) + item("2", BAKERS, "The oven burns", OVEN)},
            ["The clock strikes"],
            id="another GUID and a further item",
        ),
        pytest.param(
            {"links": clock("", NEWS) + DOCUMENTS["links"]}, ["The clock strikes"], id="a further item without a GUID"
        ),
        pytest.param(
            {"anchors": clock("c", f"{LOG}#clock") + DOCUMENTS["anchors"]}, ["The clock strikes"], id="a further anchor"
        ),
        pytest.param(
            {"anchors": item("w", f"{LOG}#well", "The well has water", WELL)}, [], id="another GUID at a known anchor"
        ),
        pytest.param({"anchors": clock("c", f"{LOG}#clock")}, ["The clock strikes"], id="another anchor alone"),
    ],
)
def test_only_what_was_not_sent_is_in_the_next_edition(
    tmp_path: Path, changes: Mapping[str, str], titles: list[str]
) -> None:
    assert next_edition(tmp_path, {**DOCUMENTS, **changes}) == titles
