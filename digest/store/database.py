"""An open store: transactions, and nothing that knows a noun."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.exc import ArgumentError

from digest.model import Window
from digest.model.errors import StoreError
from digest.store import locks, postgres, schema, snapshot, sqlite
from digest.store.errors import translate_errors


def open_store(url: str, *, read_only: bool = False) -> Store:
    """What ``digest.store.open_store`` promises."""
    parsed = parse_url(url)
    with ExitStack() as undo, translate_errors(parsed):
        engine = undo.enter_context(connect(parsed, read_only=read_only))
        if read_only and schema.is_empty(engine):
            return open_store("sqlite://")
        schema.ensure(engine, read_only=read_only)
        return Store(engine, undo.pop_all())


def upgrade_store(url: str) -> tuple[str, str]:
    """What ``digest.store.upgrade_store`` promises."""
    parsed = parse_url(url)
    with translate_errors(parsed), connect(parsed) as engine:
        return schema.ensure(engine, asked=True)


def parse_url(url: str) -> URL:
    """The address, of a kind that we know."""
    hint = "it looks like sqlite:///digest.db, or postgresql://user@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError:
        # Not named: what can't be parsed may hold a password.
        raise StoreError("the store's address can't be understood", hint=hint) from None
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StoreError(f"the store can't be a database of the kind {other!r}", hint=hint)


def display_url(url: URL) -> str:
    """The address as people write it, without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def connect(url: URL, *, read_only: bool = False) -> AbstractContextManager[Engine]:
    """An engine for this address, disposed of at the end; the schema is not looked at."""
    make = sqlite.engine if url.get_backend_name() == "sqlite" else postgres.engine
    return make(url, read_only=read_only)


class Store:
    """One database. Use ``begin`` to write and ``read`` to read; transactions don't nest."""

    def __init__(self, engine: Engine, resources: ExitStack) -> None:
        self._engine = engine
        self._resources = resources

    @property
    def name(self) -> str:
        """The address, without its password."""
        return display_url(self._engine.url)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction that writes: all of it is kept, or none. On SQLite there is one at a time, from the start."""
        with translate_errors(self._engine.url), self._engine.connect() as conn:
            conn = conn.execution_options(writes=True)
            with conn.begin():
                yield conn

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One transaction that reads: it sees one moment, and holds up nobody."""
        with translate_errors(self._engine.url), self._engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def driver(self) -> Iterator[tuple[Any, Dialect]]:
        """The driver's own connection, outside any transaction: for statements that must cost next to nothing."""
        dialect = self._engine.dialect
        with (
            translate_errors(self._engine.url, dialect.loaded_dbapi.OperationalError),
            closing(self._engine.raw_connection()) as connection,
        ):
            yield connection.driver_connection, dialect

    @contextmanager
    def liveness_lock(self, name: str) -> Iterator[None]:
        """While this lasts, ``is_alive`` is true of the name, in every process; however it ends, then no longer."""
        with translate_errors(self._engine.url), locks.liveness_lock(self._engine, name):
            yield

    def is_alive(self, name: str) -> bool:
        """Does whoever called ``alive`` with this name still live?"""
        with translate_errors(self._engine.url):
            return locks.is_alive(self._engine, name)

    def snapshot(self, source_ids: Collection[str], window: Window) -> Store:
        """A store in memory, to try things in: these sources, their articles of the window, and what was sent."""
        made = open_store("sqlite://")
        with self.read() as source, made.begin() as target:
            snapshot.copy(source, target, source_ids, window)
        return made

    def close(self) -> None:
        """Let go of the database; the store is not used again."""
        self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
