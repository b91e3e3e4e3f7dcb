"""Search over published stories: pages of results, and stores that aren't indexed yet."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy import Connection, text

from digest.model.slots import Slot
from digest.pipeline.search import SearchResult, search, update_index
from digest.store import Store, archived_stories, editions, open_store, search_index, stories
from tests.support.values import NOON, SLOT, article, brief, edition

STORES = Path(__file__).parents[1] / "data" / "stores"


def publish(conn: Connection, day: int, *titles: str, **changes: object) -> None:
    """Publish stories; those of the same title have an article in common."""
    slot = Slot(due=SLOT.due + timedelta(days=day), key=f"day {day}")
    id_, _ = editions.add(conn, edition(**{"slot": slot} | changes), at=NOON)
    stories.add(conn, id_, [brief(article(title, title=title)) for title in titles])


def titles(result: SearchResult) -> list[str]:
    return [archived.story.title for archived in result.stories]


def test_each_story_is_on_one_of_the_pages(store: Store) -> None:
    with store.begin() as conn:
        for day in range(5):
            publish(conn, day, f"Ferry {day}", f"Mill {day}", f"Ferry {day} again")
        pages = [search(conn, "ferry", ["main"], limit=4)]
        while pages[-1].older is not None:
            pages.append(search(conn, "ferry", ["main"], limit=4, before=pages[-1].older))

    assert [len(page.stories) for page in pages] == [4, 4, 2]
    assert [title for page in pages for title in titles(page)] == [
        f"Ferry {day}{suffix}" for day in reversed(range(5)) for suffix in (" again", "")
    ]


def test_a_story_with_updates_is_found_once(store: Store) -> None:
    with store.begin() as conn:
        for day in range(3):
            publish(conn, day, "Ferry", f"Harbour {day}")
        result = search(conn, "title opens", ["main"])
        assert result.stories == ()
        result = search(conn, "ferry", ["main"])

    assert [(archived.story.thread_id, archived.slot.key) for archived in result.stories] == [(1, "day 2")]


def test_revised_editions_are_not_found(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, *(f"Ferry {number}" for number in range(30)), "Ferry last")
        publish(conn, 1, "Ferry last", "Mill", revision=2)

        assert titles(search(conn, "ferry", ["main"], limit=5)) == ["Ferry last"]


def test_without_words_nothing_is_found(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, "Ferry")

        assert search(conn, ' "" * ', ["main"]) == SearchResult(terms=())
        assert search(conn, "ferry", []).stories == ()


def test_stories_that_are_not_indexed_are_indexed_in_batches(store: Store) -> None:
    with store.begin() as conn:
        for day in range(45):
            publish(conn, day, *(f"Ferry {day} {number}" for number in range(10)))
        conn.execute(text("DELETE FROM story_search"))
        publish(conn, 50, "Ferry at last")

    assert update_index(store, Event()) == 450
    assert update_index(store, Event()) == 0
    with store.read() as conn:
        assert titles(search(conn, "ferry", ["main"], limit=2)) == ["Ferry at last", "Ferry 44 9"]
        assert titles(search(conn, '"ferry 0 3"', ["main"])) == ["Ferry 0 3"]


def test_indexing_stops_when_told(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, "Ferry")
        conn.execute(text("DELETE FROM story_search"))
    stop = Event()
    stop.set()

    assert update_index(store, stop) == 0


def test_editions_of_a_store_of_an_earlier_version_are_found(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "digest.db")) as database:
        database.executescript((STORES / "sent_0005.sql").read_text("utf-8"))
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as upgraded:
        assert update_index(upgraded, Event()) == 4
        with upgraded.read() as conn:
            (found,) = search(conn, "pass road", ["main"]).stories
            assert found.story.title == "The pass is closed"
            assert archived_stories.thread(conn, found.story.thread_id, ["main"], limit=9) == (found,)
        with upgraded.begin() as conn:
            publish(conn, 1, "The pass is open")
            id_ = found.story.articles[0].id
            later, _ = editions.add(conn, edition(slot=replace(SLOT, key="later")), at=NOON)
            stories.add(conn, later, [brief(article(id_, title="The pass"))])
            assert len(archived_stories.thread(conn, found.story.thread_id, ["main"], limit=9)) == 2


def test_two_processes_may_index_at_once(shared_store: Store) -> None:
    with shared_store.begin() as conn:
        for day in range(25):
            publish(conn, day, *(f"Ferry {day} {number}" for number in range(10)))
        conn.execute(text("DELETE FROM story_search"))
    with ThreadPoolExecutor(2) as threads:
        counts = list(threads.map(partial(update_index, shared_store), (Event(), Event())))

    assert sum(counts) >= 250
    with shared_store.read() as conn:
        assert search_index.missing(conn) == {}
        assert len(search(conn, "ferry", ["main"], limit=1_000).stories) == 250
