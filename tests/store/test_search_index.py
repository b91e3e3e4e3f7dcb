"""The full-text index, on each kind of database: all find the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection, delete, text

from digest.store import Store, editions, search_index, stories, tables
from digest.text.search_terms import parse_query
from tests.support.values import NOON, SLOT, article, brief, edition

#: Titles of stories; their ids are counted from 1.
TITLES = (
    "Die Fähre bleibt im Hafen",
    "The island ferry stays",
    "Ferries return to the island",
    "東京都知事が京都へ",
    "การเมืองไทย",
    "L’eau de Jean-Luc",
    "It's 3.5 % in the U.S.",
    "OR",
)


def publish(conn: Connection, *titles: str, **changes: object) -> int:
    id_, _ = editions.add(conn, edition(**changes), at=NOON)
    stories.add(conn, id_, [brief(article(f"{id_} {title}", title=title, paragraphs=("–",))) for title in titles])
    return id_


def found(conn: Connection, query: str, *newsletters: str, before: int | None = None, limit: int = 20) -> list[int]:
    return search_index.find(conn, parse_query(query), newsletters or ("main",), before=before, limit=limit)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        pytest.param("ferry", [2], id="a word"),
        pytest.param("FAHRE", [1], id="case and accents"),
        pytest.param("ferr", [3, 2], id="the beginning of the last word, newest first"),
        pytest.param("ferr stays", [], id="the beginning of another word"),
        pytest.param("island stays", [2], id="all words"),
        pytest.param('"island ferry"', [2], id="a phrase"),
        pytest.param('"ferry island"', [], id="no phrase"),
        pytest.param('"the island fer', [], id="a phrase has whole words"),
        pytest.param("京都", [4], id="Japanese words"),
        pytest.param("都知事が", [4], id="part of a Japanese text"),
        pytest.param("へ", [4], id="a single character at the end"),
        pytest.param("知", [4], id="a single character within"),
        pytest.param("เมือง", [5], id="Thai"),
        pytest.param("eau", [6], id="after an elision"),
        pytest.param("jean luc", [6], id="parts of a name"),
        pytest.param("us 3.5", [7], id="an abbreviation and a number"),
        pytest.param("or", [8], id="an operator"),
        pytest.param("ferry OR hafen", [], id="operators are words"),
        pytest.param('" * ^ ( NEAR/2 )', [], id="nothing but signs"),
        pytest.param("words:ferry", [], id="no columns"),
        pytest.param("6d61696e", [], id="not the newsletter's token"),
        pytest.param("a\x00b", [], id="NUL"),
        pytest.param("';--\"\\", [], id="quotes of SQL"),
        pytest.param("ferry " + "x" * 10_000, [], id="very long"),
        pytest.param("\ud800 ferry", [2], id="a lone surrogate"),
    ],
)
def test_stories_are_found(query: str, ids: list[int], searchable: Connection) -> None:
    assert found(searchable, query) == ids


@pytest.fixture
def searchable(store: Store) -> Iterator[Connection]:
    with store.begin() as conn:
        publish(conn, *TITLES)
        yield conn


def test_newsletters_are_searched_as_asked(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, "Ferry")
        publish(conn, "Ferry", newsletter_id="main-2")
        publish(conn, "Ferry", newsletter_id="ferry")

        assert found(conn, "ferry", "main") == [1]
        assert found(conn, "ferry", "main", "ferry") == [3, 1]
        assert found(conn, "ferry", "unknown") == []
        assert search_index.find(conn, parse_query("ferry"), (), before=None, limit=9) == []


def test_pages_follow_each_other(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, *(f"Ferry {number}" for number in range(5)))

        assert found(conn, "ferry", limit=2) == [5, 4]
        assert found(conn, "ferry", limit=2, before=4) == [3, 2]
        assert found(conn, "ferry", limit=2, before=1) == []


def test_other_audiences_are_not_indexed(store: Store) -> None:
    with store.begin() as conn:
        publish(conn, "Ferry", audience="weekly")

        assert found(conn, "ferry") == []
        assert search_index.missing(conn) == {}


def test_a_rollback_takes_back_the_index_too(store: Store) -> None:
    def publish_and_fail() -> None:
        with store.begin() as conn:
            publish(conn, "Ferry")
            raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        publish_and_fail()
    with store.begin() as conn:
        assert found(conn, "ferry") == []


def test_a_deleted_story_gives_its_number_to_another(store: Store) -> None:
    """SQLite does; the index must not stop the next edition."""
    with store.begin() as conn:
        id_ = publish(conn, "Ferry")
        conn.execute(delete(tables.editions).where(tables.editions.c.id == id_))
        publish(conn, "Mill")
        assert len(found(conn, "mill")) == 1
        assert found(conn, "ferry") == []

        publish(conn, "Well", slot=replace(SLOT, key="2026-03-30"))
        conn.execute(delete(tables.editions))
        search_index.prepare(conn)
        assert (found(conn, "mill"), found(conn, "well")) == ([], [])


def test_a_missing_index_is_created(store: Store) -> None:
    """It may be: a store made where Python's SQLite can't search."""
    with store.begin() as conn:
        if conn.dialect.name == "sqlite":
            conn.execute(text("DROP TABLE story_search"))
            assert not search_index.is_available(conn)
            publish(conn, "Ferry")
            assert search_index.prepare(conn)
        assert search_index.is_available(conn)
