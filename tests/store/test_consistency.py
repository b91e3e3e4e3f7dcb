"""Each contradiction in a store is found; a store without any has none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from digest.model.editions import Outcome
from digest.store import Store, open_store, slots
from digest.store.consistency import find_problems
from digest.store.ledger import AttemptResult, open_ledger
from digest.store.slots import SlotStatus
from tests.support.editions import publish
from tests.support.values import NOON, SLOT

_ADD_DRAFT = """INSERT INTO drafts (newsletter_id, slot_key, slot_due, composed, until, state, version)
SELECT newsletter_id, 'x', due, due, due, {} FROM slots"""


def sound_store(store: Store) -> None:
    """An edition with a mail that is sent, one that is claimed, and one that waits."""
    edition_id = publish(store, readers=3)
    with store.begin() as conn:
        slots.record_status(conn, "main", SLOT, SlotStatus.PUBLISHED, at=NOON)
    with open_ledger(store, "sender") as ledger:
        first, _ = ledger.claim(edition_id, now=NOON, limit=2)
        ledger.settle([], [first.id], at=NOON)
        ledger.settle([AttemptResult(delivery_id=first.id, outcome=Outcome.SENT, attempts=1)], [], at=NOON)


def messages(store: Store) -> list[str]:
    with store.read() as conn:
        return [problem.message for problem in find_problems(conn)]


def test_a_store_that_sends_has_no_problems(shared_store: Store) -> None:
    sound_store(shared_store)

    assert messages(shared_store) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE deliveries SET next_try = NULL", "1 mails wait for nobody"),
        ("UPDATE deliveries SET next_try = changed, sender = NULL WHERE outcome = 'sent'", "would be sent again"),
        ("UPDATE deliveries SET slot_key = 'x' WHERE id = 1", "a second copy could be sent"),
        ("UPDATE delivery_counts SET count = 0", "numbers of editions' mails are less than their rows"),
        ("UPDATE delivery_counts SET count = 9 WHERE outcome = 'pending'", "the editions never count as final"),
        ("DELETE FROM slots", "1 editions are published, and their slots don't say so"),
        (
            "INSERT INTO slots SELECT newsletter_id, 'x', audience, due, fate, decided FROM slots",
            "1 slots count as published, and have no edition",
        ),
        (
            _ADD_DRAFT.format("'published', 0"),
            "1 drafts count as sent, and have no edition",
        ),
        (
            _ADD_DRAFT.format("'open', 2"),
            "1 drafts have more or fewer decisions than their version says",
        ),
        ("UPDATE editions SET html = ''", "1 editions have mails to send, and no content"),
        (
            "INSERT INTO unsubscribes SELECT newsletter_id, 'x', subscriber_id, since, 'x' FROM subscriptions LIMIT 1",
            "1 subscriptions are of people who left the newsletter since",
        ),
        (
            "UPDATE subscribers SET suppressed = 'erased' WHERE id = 1",
            "1 subscriptions are of subscribers who were erased",
        ),
        (
            "INSERT INTO subscription_preferences (newsletter_id, subscriber_id, audience) VALUES ('main', 1, 'x')",
            "1 subscribers are in an audience that doesn't exist",
        ),
        ("DELETE FROM store_keys", "the store's own key is missing"),
    ],
)
def test_a_contradiction_is_found(shared_store: Store, statement: str, message: str) -> None:
    sound_store(shared_store)
    with shared_store.begin() as conn:
        keys = conn.execute(text("SELECT name, key FROM store_keys")).all()
        conn.execute(text(statement))

    assert any(message in found for found in messages(shared_store))
    with shared_store.begin() as conn:  # the tables are shared with other tests
        conn.execute(text("DELETE FROM store_keys"))
        conn.execute(text("INSERT INTO store_keys VALUES (:name, :key)"), [dict(row._mapping) for row in keys])


def test_an_id_that_would_be_given_twice_is_found(postgres_store_url: str) -> None:
    with open_store(postgres_store_url) as store:
        sound_store(store)
        with store.begin() as conn:
            conn.execute(text("SELECT setval(pg_get_serial_sequence('subscribers', 'id'), 1)"))

        assert messages(store) == ["the next id of 'subscribers' is 2, and there are ids up to 3"]


def test_damage_of_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "digest.db"
    with open_store(f"sqlite:///{path}") as store:
        sound_store(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM subscribers WHERE id = 1")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = 'ix_deliveries_queue'")
        connection.commit()

    with open_store(f"sqlite:///{path}", read_only=True) as store:
        found = messages(store)
    assert any("rows of 'subscriptions' refer to rows that don't exist" in message for message in found)
    assert any(message.startswith("damaged: ") for message in found)
