"""The store: a SQLite file by default, or a PostgreSQL database shared by many machines.

    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        new = entries.add(conn, collected)

One module of queries for each table (``entries``, ``articles``, …): plain functions that take the connection first.
``tables`` declares the schema, ``schema`` upgrades it, ``sqlite`` and ``postgres`` make the engines.
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


def open_store(url: str, *, direct_url: str = "", read_only: bool = False) -> Store:
    """Open the store at ``sqlite:///path``, ``sqlite://`` (memory) or ``postgresql://…``; create it if missing.

    ``direct_url`` leads to the same PostgreSQL database past a pooler; locks that last as long as a process need it.
    With ``read_only`` nothing is changed or created: a missing store is an empty one. Raises ``StoreError``.
    SQLAlchemy is imported here and not before: the import takes longer than most commands.
    """
    from digest.store.database import open_store

    return open_store(url, direct_url=direct_url, read_only=read_only)


def upgrade_store(url: str, *, with_queue: bool = False) -> tuple[str, str]:
    """Upgrade the tables; return the schema versions before (empty if there were no tables) and after.

    With ``with_queue`` also the queue of jobs, in the same transaction.
    """
    from digest.store.database import upgrade_store

    return upgrade_store(url, with_queue=with_queue)
