"""Texts of published stories: as published, and of editions that a version before published."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Table, insert, inspect, text

from digest.model.published_stories import PublishedArticle, PublishedStory
from digest.model.stories import Brief, Ranked, Sentence, Story
from digest.store import Store, database, editions, schema, stories, story_texts, tables
from digest.store.mapping import to_row
from digest.store.schema import CURRENT_VERSIONS, Versions
from digest.store.url import parse_url
from tests.support.values import NOON, article, brief, edition, entry

POST = article("b", source="Post", url="https://post.example/b", published=NOON - timedelta(hours=1), language="de")


def cited_brief() -> Brief:
    """A story of three articles, one a reprint, whose brief cites two."""
    herald = article("a")
    story = Story(articles=(herald, POST), near_duplicates=(article("c"),))
    sentences = [Sentence(text="The harbour opens again.", article=herald), Sentence(text="Es eilt.", article=POST)]
    ranked = Ranked(story=story, score=1, reasons=(), section="Coast", update=True)
    return Brief(ranked=ranked, sentences=tuple(sentences))


def publish(store: Store, *briefs: Brief) -> int:
    with store.begin() as conn:
        edition_id, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, edition_id, briefs)
    return edition_id


def cited(story: PublishedStory) -> list[tuple[str, str]]:
    return [(sentence.text, sentence.article.source if sentence.article else "") for sentence in story.sentences]


def test_a_published_story_keeps_its_text_with_the_source_of_each_sentence(store: Store) -> None:
    edition_id = publish(store, cited_brief(), brief(article("d")))
    with store.read() as conn:
        first, second = story_texts.of_edition(conn, edition_id)

    assert (first.title, first.section, first.language, first.is_update) == ("Title a", "Coast", "en", True)
    assert cited(first) == [("The harbour opens again.", "Harbour Herald"), ("Es eilt.", "Post")]
    assert [heading.id for heading in first.articles] == ["a", "b", "c"]
    assert first.articles[1] == PublishedArticle(
        id="b",
        url="https://post.example/b",
        title="Title b",
        source="Post",
        author="",
        published=POST.published,
        language="de",
    )
    assert (second.position, second.title) == (1, "Title d")


def test_stories_are_read_by_their_ids(store: Store) -> None:
    edition_id = publish(store, brief(article("a")), brief(article("b")))
    with store.read() as conn:
        first, second = story_texts.of_edition(conn, edition_id)

        assert story_texts.get(conn, [second.id, first.id, 99]) == {first.id: first, second.id: second}


@pytest.fixture
def version_before(store_url: str, tmp_path: Path) -> Iterator[Engine]:
    """A store as it was before texts were kept."""
    folder = tmp_path / "as it was"
    shutil.copytree(CURRENT_VERSIONS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (folder / "versions").glob("[0-9]*.py"):
        if file.name[:4] > "0012":
            file.unlink()
    with database.connect(parse_url(store_url)) as engine:
        with engine.begin() as conn:
            schema._migrate(conn, Versions(head="0012", folder=folder))
        yield engine


def add_as_it_was(conn: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row without the columns that the store does not have yet."""
    columns = {column["name"] for column in inspect(conn).get_columns(table.name)}
    conn.execute(insert(table).values({name: value for name, value in values.items() if name in columns}))


def test_stories_of_a_version_before_get_the_sources_that_are_still_stored(version_before: Engine) -> None:
    lead, reworded = article("a"), article("b", source="Post", paragraphs=("New words.",))
    with version_before.begin() as conn:
        for number, stored in ((1, lead), (2, reworded)):
            add_as_it_was(conn, tables.entries, to_row(entry(str(number))))
            add_as_it_was(conn, tables.articles, to_row(stored) | {"entry_id": number})
        columns = ("newsletter_id", "slot_key", "audience", "subject", "preheader", "language", "token", "html", "text")
        values = {column: column for column in columns} | {"due": str(NOON), "one": 1}
        edition_id = conn.execute(
            text(
                f"INSERT INTO editions ({', '.join(columns)}, slot_due, published, revision, reading_minutes)"
                f" VALUES ({', '.join(f':{column}' for column in columns)}, :due, :due, :one, :one) RETURNING id"
            ),
            values,
        ).scalar_one()
        insert_story = text(
            "INSERT INTO stories (edition_id, position, title, score, update_, sentences)"
            " VALUES (:edition, :position, :title, 1, false, :sentences)".replace("update_", '"update"')
        )
        sentences = '["Ships return.", "Es eilt.", "Nobody said this."]'
        for position, title in enumerate(["Title a", "Of deleted articles"]):
            values = {"edition": edition_id, "position": position, "title": title, "sentences": sentences}
            conn.execute(insert_story, values)
        told = text("INSERT INTO told (story_id, article_id, wording) VALUES (:story, :article, :wording)")
        conn.execute(told, {"story": 1, "article": "b", "wording": '["As it was", "Es eilt."]'})
        conn.execute(told, {"story": 1, "article": "a", "wording": None})
        conn.execute(told, {"story": 2, "article": "gone", "wording": None})

    schema.ensure(version_before, upgrade_postgres=True)
    with version_before.begin() as conn:
        known, unknown = story_texts.of_edition(conn, edition_id)

    assert [heading.title for heading in known.articles] == ["Title a", "As it was"]
    assert known.language == "en"
    assert cited(known) == [("Ships return.", "Harbour Herald"), ("Es eilt.", "Post"), ("Nobody said this.", "")]
    assert (unknown.title, unknown.articles, unknown.language) == ("Of deleted articles", (), "und")
    assert cited(unknown) == [("Ships return.", ""), ("Es eilt.", ""), ("Nobody said this.", "")]
