"""The store's own key: random, and kept for good."""

from __future__ import annotations

from sqlalchemy import Engine

from digest.store import Store, database, keys, open_store, schema
from digest.store.url import parse_url


def test_each_store_has_a_key_of_its_own(store: Store) -> None:
    with store.read() as conn, open_store("sqlite://") as another, another.read() as other_conn:
        key = keys.store_key(conn)

        assert len(bytes.fromhex(key)) == 32
        assert key != keys.store_key(other_conn)


def test_the_key_stays_when_the_store_is_opened_again(sqlite_url: str) -> None:
    read = []
    for _ in range(2):
        with open_store(sqlite_url) as store, store.begin() as conn:
            keys.create(conn)
            read.append(keys.store_key(conn))

    assert read[0] == read[1]


def test_a_store_of_before_gets_a_key(store_url: str) -> None:
    with database.connect(parse_url(store_url)) as engine:
        assert _migrated_key(engine) != _migrated_key(engine)


def _migrated_key(engine: Engine) -> str:
    """The key that the migrations make; they are rolled back."""
    with engine.connect() as conn, conn.begin() as undone:
        schema._migrate(conn, schema.CURRENT_VERSIONS)
        key = keys.store_key(conn)
        undone.rollback()
    assert len(bytes.fromhex(key)) == 32
    return key
