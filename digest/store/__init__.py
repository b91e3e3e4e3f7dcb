"""The store: what is kept between runs, in SQLite by default, in PostgreSQL for many machines.

    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        new = entries.add(conn, collected)

One file of queries for each noun (``entries``, ``articles``, …): plain functions that take the connection first.
``tables`` has the schema, ``schema`` its versions, ``sqlite`` and ``postgres`` what is particular to each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.store.database import Store as Store

__all__ = ["Store", "open_store", "upgrade_store"]


def __getattr__(name: str) -> object:
    if name == "Store":
        from digest.store.database import Store

        return Store
    raise AttributeError(name)


def open_store(url: str, *, read_only: bool = False) -> Store:
    """Open the store at ``sqlite:///path``, ``sqlite://`` (memory) or ``postgresql://…``; it is made if it isn't there.

    Read only, nothing at all is changed or made: a store that isn't there is an empty one.
    Raises ``StoreError``. SQLAlchemy is imported here and not before: it costs more than most commands take.
    """
    from digest.store.database import open_store

    return open_store(url, read_only=read_only)


def upgrade_store(url: str) -> tuple[str, str]:
    """Bring the store's tables up to date: the versions before (empty if there were none) and after."""
    from digest.store.database import upgrade_store

    return upgrade_store(url)
