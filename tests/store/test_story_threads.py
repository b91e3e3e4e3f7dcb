"""Threads: a story and its updates over the days, on each kind of database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from digest.model.slots import Slot
from digest.model.stories import Brief
from digest.store import Store, archived_stories, editions, open_store, stories, tables
from tests.support.values import NOON, SLOT, article, brief, edition

STORES = Path(__file__).parents[1] / "data" / "stores"


def publish(conn: Connection, day: int, *briefs: Brief, **changes: object) -> None:
    slot = Slot(due=SLOT.due + timedelta(days=day), key=f"2026-04-{day:02}")
    id_, _ = editions.add(conn, edition(**{"slot": slot} | changes), at=NOON)
    stories.add(conn, id_, briefs)


def update(*ids: str, of: tuple[str, ...]) -> Brief:
    """A story recognized as an update of these articles."""
    new = brief(*map(article, ids))
    return replace(new, ranked=replace(new.ranked, update=True, already_published=tuple(map(article, of))))


def threads(conn: Connection) -> list[int]:
    return list(conn.execute(select(tables.stories.c.thread_id).order_by(tables.stories.c.id)).scalars())


def test_updates_belong_to_the_story_that_they_update(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, brief(article("a")), brief(article("z")))
        publish(conn, 2, update("b", of=("a",)))
        publish(conn, 3, brief(article("y")), update("c", of=("b",)))

        assert threads(conn) == [1, 2, 1, 4, 1]


def test_an_article_in_common_makes_one_thread_across_newsletters(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, brief(article("a"), near_duplicates=(article("b"),)))
        publish(conn, 1, brief(article("c"), article("b")), newsletter_id="other")
        publish(conn, 2, brief(article("c")))

        assert threads(conn) == [1, 1, 1]


def test_a_story_that_unites_two_belongs_to_the_one_with_most_of_its_articles(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, brief(article("a")), brief(article("b"), article("c")))
        publish(conn, 2, update("d", of=("a", "b", "c")))
        publish(conn, 3, update("e", of=("a", "b")))

        assert threads(conn) == [1, 2, 2, 1]


@pytest.mark.parametrize(
    ("newsletters", "ids"), [(("main", "other"), [5, 4, 3]), (("main",), [4, 3]), (("unknown",), []), ((), [])]
)
def test_a_thread_is_read_from_the_archives_of_newsletters(
    store: Store, newsletters: tuple[str, ...], ids: list[int]
) -> None:
    with store.begin() as conn:
        publish(conn, 1, brief(article("a")))
        publish(conn, 1, brief(article("a")), audience="weekly")
        publish(conn, 1, brief(article("a")), revision=2)
        publish(conn, 2, update("b", of=("a",)))
        publish(conn, 3, brief(article("b")), newsletter_id="other")

        thread = archived_stories.thread(conn, 1, newsletters, limit=10)
        assert [archived.story.id for archived in thread] == ids
        assert {archived.story.thread_id for archived in thread} <= {1}


def test_a_later_revision_replaces_its_stories(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, 1, brief(article("a")))
        publish(conn, 1, brief(article("b")), revision=2)

        assert list(archived_stories.get(conn, [1, 2, 3])) == [2]


def test_stories_of_an_earlier_version_belong_together_by_their_articles(tmp_path: Path) -> None:
    """The second edition repeats articles of two stories, and a third one an article of the second alone."""
    with closing(sqlite3.connect(tmp_path / "digest.db")) as database:
        database.executescript((STORES / "sent_0005.sql").read_text("utf-8"))
        (articles,) = zip(*database.execute("SELECT article_id FROM told ORDER BY story_id LIMIT 2"), strict=True)
        for edition_id, ids in {2: (*articles, "new"), 3: ("new", "newer"), 4: ("other",)}.items():
            database.execute(
                "INSERT INTO editions SELECT :id, newsletter_id, slot_key || :id, slot_due, audience, revision,"
                " subject, preheader, language, reading_minutes, published, token, html, text FROM editions LIMIT 1",
                {"id": edition_id},
            )
            story = (edition_id + 10, edition_id, 0, "Title", 1.0, True, '["A sentence."]')
            database.execute("INSERT INTO stories VALUES (?, ?, ?, ?, ?, ?, ?)", story)
            database.executemany(
                "INSERT INTO told (story_id, article_id) VALUES (?, ?)", [(edition_id + 10, id_) for id_ in ids]
            )
        database.commit()
    with open_store(f"sqlite:///{tmp_path / 'digest.db'}") as upgraded, upgraded.read() as conn:
        assert threads(conn) == [1, 2, 3, 4, 1, 1, 14]
