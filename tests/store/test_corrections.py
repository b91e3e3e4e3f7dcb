"""Corrections in the store, on both databases: due to whoever was sent the sentence, and reported once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from digest.model.corrections import Correction, CorrectionKind
from digest.model.slots import Slot
from digest.store import Store, corrections, editions, stories, watched_articles
from digest.store.watched_articles import WatchedArticle
from tests.support.values import NOON, SLOT, article, brief, edition

DAY = timedelta(days=1)
QUOTED = "The harbour opens again."
CORRECTION = Correction(
    article_id="a1",
    source_id="herald",
    kind=CorrectionKind.CHANGED,
    before=QUOTED,
    after="The harbour closes again.",
    note="",
    title="Title",
    url="https://herald.example/a1",
    source="Harbour Herald",
    language="en",
    told=NOON,
    found=SLOT.due + DAY / 2,
)


def slot_at(days: int) -> Slot:
    due = SLOT.due + days * DAY
    return Slot(due=due, key=f"{due.date()}")


def publish(store: Store, day: int = 0, newsletter_id: str = "main", audience: str = "") -> tuple[int, int]:
    """Publish the article; the ids of the edition and its story."""
    slot = slot_at(day)
    with store.begin() as conn:
        values = {"newsletter_id": newsletter_id, "slot": slot, "audience": audience}
        edition_id, _ = editions.add(conn, edition(**values), at=slot.due)
        stories.add(conn, edition_id, [brief(article("a1"))])
        (text,) = watched_articles.quoted_texts(conn, ["a1"], [newsletter_id], since=slot.due)[-1:]
    return edition_id, text.story_id


def due(
    store: Store, newsletter_id: str = "main", *, audience: str = "", day: int = 1, history: list[int] | None = None
) -> list[str]:
    """The old wordings of the corrections that are due."""
    with store.read() as conn:
        found = corrections.due(
            conn,
            newsletter_id,
            audience=audience,
            history=history,
            before=slot_at(day).due,
            since=slot_at(day).due - 14 * DAY,
            until=slot_at(day).due,
            limit=10,
        )
    return [correction.before for correction in found]


def test_a_correction_is_due_to_newsletters_and_audiences_that_quoted_the_sentence(store: Store) -> None:
    first, story_id = publish(store)
    publish(store, newsletter_id="other")
    publish(store, audience="early")
    with store.begin() as conn:
        assert corrections.add(conn, CORRECTION, [story_id])
        assert not corrections.add(conn, replace(CORRECTION, after="Something else."), [story_id])

    assert due(store) == [QUOTED]
    assert due(store, "other") == []
    assert due(store, audience="early") == []
    assert due(store, history=[first]) == [QUOTED]
    assert due(store, history=[first + 1]) == []
    assert due(store, day=0) == []
    assert due(store, day=20) == []


def test_a_correction_is_reported_once(store: Store) -> None:
    _, story_id = publish(store)
    with store.begin() as conn:
        corrections.add(conn, CORRECTION, [story_id])
    second, _ = publish(store, day=1)
    with store.begin() as conn:
        (correction,) = corrections.of_stories(conn, [story_id])[story_id]
        corrections.report(conn, second, [correction.id])
        corrections.report(conn, second, [correction.id])

    with store.read() as conn:
        assert [found.before for found in corrections.of_edition(conn, second)] == [QUOTED]
        assert corrections.newest(conn, limit=5)[0][1] == (("main", slot_at(1).key),)
        assert corrections.counts(conn, since=NOON) == (1, 0, 0)
    assert due(store, day=2) == []
    assert due(store, day=1) == [QUOTED]  # a further revision of the edition reports it again


def test_held_corrections_are_neither_due_nor_shown_until_they_are_released(store: Store) -> None:
    _, story_id = publish(store)
    with store.begin() as conn:
        corrections.add(conn, CORRECTION, [story_id])
        assert corrections.hold(conn, "herald", "too many", since=NOON) == 1

    with store.begin() as conn:
        assert corrections.of_stories(conn, [story_id]) == {}
        assert corrections.held_sources(conn, since=NOON) == {"herald": 1}
        assert corrections.counts(conn, since=NOON) == (0, 0, 1)
    assert due(store) == []
    with store.begin() as conn:
        (found, _), *_ = corrections.newest(conn, limit=1)
        assert corrections.set_held(conn, found.id, "")
        assert not corrections.set_held(conn, found.id + 1, "")
    assert due(store) == [QUOTED]


def test_a_watched_article_stays_as_it_is_until_its_time_is_over(store: Store) -> None:
    def watched(at: datetime) -> WatchedArticle:
        return WatchedArticle(
            article_id="a1", source_id="herald", page_url="", told=at, extraction="1", next_visit=at + DAY
        )

    with store.begin() as conn:
        watched_articles.add(conn, [watched(NOON)])
        watched_articles.add(conn, [watched(NOON + DAY)])
        assert [article.told for article in watched_articles.due(conn, now=NOON + 3 * DAY, limit=5)] == [NOON]
        watched_articles.add(conn, [watched(NOON + 20 * DAY)])
        assert not watched_articles.has_due(conn, now=NOON + 3 * DAY)
        watched_articles.wake(conn, ["a1"], at=NOON + 20 * DAY)
        assert watched_articles.has_due(conn, now=NOON + 20 * DAY)
        assert watched_articles.count(conn) == (1, 0)
        assert watched_articles.delete_old(conn, before=NOON + 21 * DAY) == 1


def test_deleting_old_corrections_deletes_what_refers_to_them(store: Store) -> None:
    edition_id, story_id = publish(store)
    with store.begin() as conn:
        corrections.add(conn, CORRECTION, [story_id])
        corrections.report(conn, edition_id, [1])
        assert corrections.delete_old(conn, before=NOON + 30 * DAY) == 1
        assert corrections.of_edition(conn, edition_id) == ()
