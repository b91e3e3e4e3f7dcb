"""Retention: old rows are deleted; those that prevent sending twice stay."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from digest.model.slots import Window
from digest.store import (
    Store,
    articles,
    deliveries,
    editions,
    entries,
    failures,
    retention,
    runs,
    stories,
    subscribers,
    tables,
)
from digest.store.retention import Expired
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, article, brief, edition, entry

DAY = timedelta(days=1)
EVER = Window(start=NOON - 900 * DAY, end=NOON + 900 * DAY)


def delete_editions(conn: Connection, *, before: datetime) -> tuple[int, int]:
    """Delete page by page; return the numbers of ledger rows and texts that were deleted."""
    expired = Expired()
    while not expired.is_done:
        expired = retention.delete_editions(conn, expired, before=before)
    return expired.deliveries, expired.texts


def test_text_is_deleted_and_guids_stay(store: Store) -> None:
    old, new = entry("old", seen=NOON - 100 * DAY), entry("new")
    with store.begin() as conn:
        entries.add(conn, [old, new])
        pairs = [(old, article("a", published=NOON - 100 * DAY)), (new, article("b"))]
        articles.add(conn, pairs)
        assert retention.delete_text(conn, before=NOON - 90 * DAY) == 1
        assert retention.delete_text(conn, before=NOON - 90 * DAY) == 0
        assert [(stored.guid, stored.body != "") for stored in entries.for_source(conn, "herald")] == [
            ("old", False),
            ("new", True),
        ]
        assert [stored.id for stored in articles.in_window(conn, ["herald"], EVER)] == ["b"]
        assert entries.add(conn, [old]) == ()


def test_an_old_entry_that_its_feed_still_lists_is_not_new(store: Store) -> None:
    old = entry("old", seen=NOON - 100 * DAY)
    with store.begin() as conn:
        entries.add(conn, [old])
        retention.delete_text(conn, before=NOON)
        assert entries.known_guids(conn, "herald", ["old", "new"]) == {"old"}


def test_an_editions_ledger_rows_are_deleted_then_its_body_and_the_rest_stays(store: Store) -> None:
    with store.begin() as conn:
        subscribers.add(
            conn, [NewSubscriber(address="ann@example.org"), NewSubscriber(address="bo@example.org")], "main", at=NOON
        )
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(article("a"))])
        deliveries.create_for_edition(conn, id_, host="example.org", at=NOON)
        subscribers.suppress(conn, "ann@example.org", "it bounces", at=NOON)
        assert delete_editions(conn, before=NOON + DAY) == (1, 0), "one row isn't final"
        subscribers.suppress(conn, "bo@example.org", "it bounces", at=NOON)
        assert delete_editions(conn, before=NOON + DAY) == (1, 1)
        assert delete_editions(conn, before=NOON + DAY) == (0, 0)
        edition_without_body = editions.get(conn, id_)
        assert edition_without_body is not None
        assert (
            edition_without_body.edition.html,
            edition_without_body.edition.text,
            edition_without_body.edition.subject,
        ) == ("", "", "Harbour opens again")
        assert stories.published_articles(conn, "main").keys() == {"a"}
        assert editions.add(conn, edition(), at=NOON) == (id_, False)


def test_failed_mails_are_forgotten_with_their_rows(store: Store) -> None:
    """SQLite gives the ids of deleted rows to others, which have not failed."""
    addresses = ("ann@example.org", "bo@example.org")
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=address) for address in addresses], "main", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="example.org", at=NOON)
        failures.add(conn, id_, [row.id for row in deliveries.for_edition(conn, id_)])
        subscribers.suppress(conn, "ann@example.org", "it bounces", at=NOON)
        delete_editions(conn, before=NOON + DAY)
        (row,) = deliveries.for_edition(conn, id_)
        assert row.subscriber.address == "bo@example.org"
        assert conn.execute(select(tables.failures.c.delivery_id)).scalars().all() == [row.id]


def test_published_wordings_are_deleted_and_article_ids_stay(store: Store) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(article("a"), article("b"))])
        stories.save_published_wordings(conn, {"a": ("Title", "Text.")})
        assert retention.delete_wordings(conn, before=NOON) == 0
        assert retention.delete_wordings(conn, before=NOON + DAY) > 0
        assert retention.delete_wordings(conn, before=NOON + DAY) == 0
        assert stories.published_articles(conn, "main") == {"a": (None,), "b": (None,)}


def test_recent_rows_stay(store: Store) -> None:
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        assert delete_editions(conn, before=NOON) == (0, 0)
        stored = editions.get(conn, id_)

    assert stored is not None
    assert stored.edition == edition()


def test_the_last_run_of_each_kind_stays(store: Store) -> None:
    with store.begin() as conn:
        for kind in ("collect", "collect", "sweep"):
            runs.start(conn, kind, at=NOON - 100 * DAY)
        assert retention.delete_runs(conn, before=NOON) == 1
        assert sorted(run.kind for run in runs.recent(conn)) == ["collect", "sweep"]
