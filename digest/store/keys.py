"""The store's own random key: signs delivery tokens where no ``[web] secret`` is set, and hashes addresses.

It is made with the store, or by the migration that added it, and kept for good.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from digest.store.mapping import insert
from digest.store.tables import store_keys

NAME = "store"
_KEY_BYTES = 32


def create(conn: Connection) -> None:
    """Make the store's key; one that exists stays as it is."""
    values = {"name": NAME, "key": secrets.token_hex(_KEY_BYTES)}
    conn.execute(insert(conn, store_keys).values(values).on_conflict_do_nothing())


def store_key(conn: Connection) -> str:
    """The store's key, as text of 64 hexadecimal digits."""
    key: str = conn.execute(select(store_keys.c.key).where(store_keys.c.name == NAME)).scalar_one()
    return key
