"""An open store: its engine and transactions. Queries are in the modules of the tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Dialect, Engine

from digest.model.errors import StoreError
from digest.model.slots import Window
from digest.store import locks, postgres, schema, snapshot, sqlite
from digest.store.errors import translate_errors
from digest.store.group_sync import GroupSync, group_sync
from digest.store.url import display_url, parse_url, store_file


def open_store(url: str, *, direct_url: str = "", read_only: bool = False) -> Store:
    """See ``digest.store.open_store``."""
    parsed, direct_parsed = parse_url(url), _parse_direct_url(direct_url, url)
    with ExitStack() as resources, translate_errors(parsed):
        engine = resources.enter_context(connect(parsed, read_only=read_only))
        if read_only and schema.is_empty(engine):
            return open_store("sqlite://")
        schema.ensure(engine, read_only=read_only)
        direct = engine if direct_parsed == parsed else resources.enter_context(connect(direct_parsed))
        return Store(engine, resources.pop_all(), direct=direct)


def open_file(path: Path) -> Store:
    """Open, create or upgrade the store in an SQLite file that nothing else uses; no copy of an old one is kept."""
    url = URL.create("sqlite+pysqlite", database=str(path))
    with ExitStack() as resources, translate_errors(url):
        engine = resources.enter_context(connect(url))
        schema.ensure(engine, keep_copy=False)
        return Store(engine, resources.pop_all(), direct=engine)


def _parse_direct_url(direct_url: str, url: str) -> URL:
    """The URL past a pooler, or the store's own. Raises ``StoreError`` if it can't be the same database."""
    direct, parsed = parse_url(direct_url or url), parse_url(url)
    if direct.get_backend_name() != parsed.get_backend_name() or (direct_url and store_file(url)):
        message = f"[store] direct_url can't be the same database as url: {display_url(direct)}, {display_url(parsed)}"
        raise StoreError(message, hint="leave it out; it is for a PostgreSQL database whose url leads to a pooler")
    return direct


def upgrade_store(url: str, *, with_queue: bool = False) -> tuple[str, str]:
    """See ``digest.store.upgrade_store``."""
    parsed = parse_url(url)
    with translate_errors(parsed), connect(parsed) as engine:
        return schema.ensure(engine, upgrade_postgres=True, with_queue=with_queue)


def try_write(url: str) -> None:
    """Write to a PostgreSQL database, and roll it back. Raises ``StoreError`` if that fails."""
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return
    with translate_errors(parsed), connect(parsed) as engine:
        schema.try_write(engine)


def connect(url: URL, *, read_only: bool = False) -> AbstractContextManager[Engine]:
    """An engine for this URL, disposed of at the end; the schema is neither checked nor created."""
    make_engine = sqlite.engine if url.get_backend_name() == "sqlite" else postgres.engine
    return make_engine(url, read_only=read_only)


class Store:
    """One database. Use ``begin`` to write and ``read`` to read; transactions don't nest."""

    def __init__(self, engine: Engine, resources: ExitStack, *, direct: Engine) -> None:
        self._engine = engine
        self._resources = resources
        #: Past a pooler: for locks that last as long as a connection.
        self._direct = direct
        self._has_checked_direct = False

    @property
    def name(self) -> str:
        """The address, without its password."""
        return display_url(self._engine.url)

    @contextmanager
    def begin(self, *, durable: bool = True) -> Iterator[Connection]:
        """A write transaction. On SQLite there is one at a time, and it locks from the start.

        Once committed, it outlives a power cut, and so do all commits before it. Without ``durable`` a power cut may
        undo it: for what is done again anyway, in transactions so many that waiting for the disk would cost.
        """
        with translate_errors(self._engine.url), self._engine.connect() as conn:
            conn = conn.execution_options(writes=True, durable=durable)
            with conn.begin():
                yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction: it sees one snapshot and blocks no writer."""
        with translate_errors(self._engine.url), self._engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def driver(self) -> Iterator[tuple[Any, Dialect]]:
        """The driver's connection, outside any transaction: for statements where SQLAlchemy's overhead matters.

        Its commits don't wait for the disk: ``group_sync`` syncs them.
        """
        dialect = self._engine.dialect
        with (
            translate_errors(self._engine.url, dialect.loaded_dbapi.Error),
            closing(self._engine.raw_connection()) as connection,
        ):
            if dialect.name == "sqlite":
                sqlite.commit_without_sync(connection.driver_connection)  # type: ignore[arg-type]  # SQLAlchemy's
            yield connection.driver_connection, dialect

    @contextmanager
    def group_sync(self) -> Iterator[GroupSync | None]:
        """Syncs the commits of a ``driver`` connection, within which it is used; None for a store in memory."""
        log_sync = sqlite.log_sync if self._engine.dialect.name == "sqlite" else postgres.log_sync
        with log_sync(self._engine) as sync, group_sync(sync) as grouped:
            yield grouped

    @contextmanager
    def liveness_lock(self, name: str) -> Iterator[None]:
        """Hold a lock under this name: until it ends or the process dies, ``is_alive(name)`` is true everywhere."""
        self.check_locks()
        with translate_errors(self._direct.url), locks.liveness_lock(self._direct, name):
            yield

    def check_locks(self) -> None:
        """Raise ``StoreError`` if locks would not hold: behind a pooler, or if ``direct_url`` is another database."""
        if not self._has_checked_direct and self._engine.dialect.name == "postgresql":
            with translate_errors(self._direct.url), self._direct.connect() as direct:
                postgres.refuse_pooler(direct)
                if self._direct is not self._engine:
                    with self.begin(durable=False) as conn:
                        locks.refuse_other_database(conn, direct)
        self._has_checked_direct = True

    def is_alive(self, name: str) -> bool:
        """Whether the holder of the ``liveness_lock`` of this name is alive."""
        with translate_errors(self._engine.url):
            return locks.is_alive(self._engine, name)

    def snapshot(self, source_ids: Collection[str], window: Window) -> Store:
        """A writable copy in memory: these sources, the window's articles, and what was published."""
        target_store = open_store("sqlite://")
        with self.read() as source, target_store.begin() as target:
            snapshot.copy(source, target, source_ids, window)
        return target_store

    def scrub(self) -> bool:
        """Remove from SQLite's log what was deleted; False if another process reads it now: then it goes later.

        PostgreSQL's vacuum does so by itself.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        with translate_errors(self._engine.url), closing(self._engine.raw_connection()) as connection:
            return sqlite.truncate_log(connection.driver_connection)  # type: ignore[arg-type]  # SQLAlchemy's

    def close(self) -> None:
        """Close the database."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
