"""Schema versions: new, old and newer stores."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from digest.model.errors import StoreError
from digest.store import articles, database, entries, open_store, schema
from digest.store.schema import CURRENT_VERSIONS, Versions
from digest.store.url import parse_url
from tests.support.values import article, entry

_COMING = f"{int(CURRENT_VERSIONS.head) + 1:04}"
_NEXT = f"""
import sqlalchemy as sa
from alembic import op

revision = "{_COMING}"
down_revision = "{CURRENT_VERSIONS.head}"

def upgrade() -> None:
    with op.batch_alter_table("entries") as table:
        table.add_column(sa.Column("mood", sa.Text(), nullable=False, server_default="calm"))
        table.alter_column("author", existing_type=sa.Text(), nullable=True)
"""


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An engine on an empty database of each kind."""
    with database.connect(parse_url(store_url)) as opened:
        yield opened


@pytest.fixture
def later(tmp_path: Path) -> Versions:
    """The versions of a future program, which has one more."""
    folder = tmp_path / "migrations to come 100%"
    shutil.copytree(CURRENT_VERSIONS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{_COMING}_next.py").write_text(_NEXT)
    return Versions(head=_COMING, folder=folder)


def describe(conn: Connection) -> dict[str, Any]:
    """The columns, keys, indexes and options of a database's tables, sorted."""
    look = inspect(conn)

    def plain(value: object) -> str:
        return json.dumps(value, default=str, sort_keys=True)

    def table(name: str) -> dict[str, Any]:
        return {
            "columns": {c["name"]: (str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(name)},
            "order": [c["name"] for c in look.get_columns(name)],
            "primary key": look.get_pk_constraint(name),
            "foreign keys": sorted(map(plain, look.get_foreign_keys(name))),
            "unique": sorted(map(plain, look.get_unique_constraints(name))),
            "indexes": sorted(map(plain, look.get_indexes(name))),
            "checks": sorted(map(plain, look.get_check_constraints(name))),
            "options": storage_options(conn, name),
        }

    return {name: table(name) for name in look.get_table_names()}


def storage_options(conn: Connection, name: str) -> object:
    """PostgreSQL's options of a table."""
    query = text("SELECT reloptions FROM pg_class WHERE oid = to_regclass(:name)")
    return conn.execute(query, {"name": name}).scalar() if conn.dialect.name == "postgresql" else None


def migrate_from_nothing(conn: Connection, versions: Versions = CURRENT_VERSIONS) -> None:
    schema._migrate(conn, versions)


def test_migrations_create_the_same_tables_as_a_new_store(engine: Engine) -> None:
    with engine.connect() as conn:
        with conn.begin() as undone:
            migrate_from_nothing(conn)
            migrated = describe(conn)
            undone.rollback()
        schema.ensure(engine)
        created = describe(conn)

    assert created == migrated


@pytest.mark.parametrize("version", ["0001", "0002"])
def test_a_store_of_every_earlier_version_is_upgraded(engine: Engine, tmp_path: Path, version: str) -> None:
    folder = tmp_path / "as it was"
    shutil.copytree(CURRENT_VERSIONS.folder, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (folder / "versions").glob("[0-9]*.py"):
        if file.name[:4] > version:
            file.unlink()
    with engine.connect() as conn:
        with conn.begin() as undone:
            migrate_from_nothing(conn)
            today = describe(conn)
            undone.rollback()
        with conn.begin():
            migrate_from_nothing(conn, Versions(head=version, folder=folder))

    assert schema.ensure(engine, upgrade_postgres=True) == (version, CURRENT_VERSIONS.head)
    with engine.connect() as conn:
        assert describe(conn) == today


def test_the_version_named_in_the_program_is_the_last_migration() -> None:
    last = max((CURRENT_VERSIONS.folder / "versions").glob("[0-9]*.py"))

    assert last.name.startswith(f"{CURRENT_VERSIONS.head}_")


def test_opening_a_store_again_changes_nothing(engine: Engine) -> None:
    schema.ensure(engine)
    assert schema.ensure(engine) == (CURRENT_VERSIONS.head, CURRENT_VERSIONS.head)


def test_an_old_file_is_upgraded_and_a_copy_is_kept(sqlite_url: str, later: Versions) -> None:
    with open_store(sqlite_url) as store, store.begin() as conn:
        entries.add(conn, [entry()])
        articles.add(conn, [(entry(), article())])

    with database.connect(parse_url(sqlite_url)) as engine:
        schema.ensure(engine, versions=later)
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as now, closing(sqlite3.connect(f"{path}.{CURRENT_VERSIONS.head}")) as before:
        assert now.execute("SELECT guid, mood FROM entries").fetchall() == [("1", "calm")]
        assert now.execute("SELECT id FROM articles").fetchall() == [("a1",)]
        assert now.execute("SELECT version_num FROM alembic_version").fetchall() == [(_COMING,)]
        assert before.execute("SELECT version_num FROM alembic_version").fetchall() == [(CURRENT_VERSIONS.head,)]
        assert before.execute("SELECT guid FROM entries").fetchall() == [("1",)]


def test_a_file_that_an_older_program_uses_is_not_upgraded(sqlite_url: str, later: Versions) -> None:
    with open_store(sqlite_url) as older:
        with older.begin() as conn:
            entries.add(conn, [entry()])
        with (
            database.connect(parse_url(f"{sqlite_url}?timeout=0.3")) as engine,
            pytest.raises(StoreError, match="can't be upgraded while another process uses it") as raised,
        ):
            schema.ensure(engine, versions=later)
        with older.begin() as conn:
            assert entries.add(conn, [entry("2")])

    assert "of the older version first" in raised.value.hint
    with database.connect(parse_url(sqlite_url)) as engine:
        assert schema.ensure(engine, versions=later) == (CURRENT_VERSIONS.head, _COMING)


@pytest.mark.slow
def test_processes_that_upgrade_a_file_at_the_same_time_all_go_on(sqlite_url: str) -> None:
    file = Path(__file__).parents[1] / "data" / "stores" / "sent_0005.sql"
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection:
        connection.executescript(file.read_text("utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    code = f"from digest.store import open_store; s = open_store({sqlite_url!r}); s.read().__enter__(); s.close()"
    several = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]

    assert [process.wait() for process in several] == [0, 0, 0]


def test_a_failed_migration_leaves_the_file_unchanged(sqlite_url: str, later: Versions) -> None:
    open_store(sqlite_url).close()
    (later.folder / "versions" / f"{_COMING}_next.py").write_text(_NEXT + "    op.execute('SELECT * FROM nowhere')\n")
    with database.connect(parse_url(sqlite_url)) as engine:
        with pytest.raises(Exception, match="nowhere"):
            schema.ensure(engine, versions=later)
        with engine.connect() as conn:
            assert "mood" not in describe(conn)["entries"]["columns"]
    open_store(sqlite_url).close()


def test_an_old_postgresql_store_is_upgraded_only_on_request(postgres_url: str, later: Versions) -> None:
    open_store(postgres_url).close()
    with database.connect(parse_url(postgres_url)) as engine:
        needs = f"of version {CURRENT_VERSIONS.head}, and this program needs version {_COMING}"
        with pytest.raises(StoreError, match=needs) as raised:
            schema.ensure(engine, versions=later)
        assert "digest db upgrade" in raised.value.hint
        assert schema.ensure(engine, upgrade_postgres=True, versions=later) == (CURRENT_VERSIONS.head, _COMING)
        schema.ensure(engine, versions=later)


@pytest.mark.parametrize("read_only", [False, True], ids=["to write", "to read"])
def test_a_store_of_a_newer_program_is_refused(sqlite_url: str, later: Versions, read_only: bool) -> None:
    with database.connect(parse_url(sqlite_url)) as engine:
        schema.ensure(engine)
        schema.ensure(engine, versions=later)

    knows = f"is of version {_COMING}, and this program knows {CURRENT_VERSIONS.head} at most"
    with pytest.raises(StoreError, match=knows) as raised:
        open_store(sqlite_url, read_only=read_only)
    assert "newer" in raised.value.hint


def test_a_read_only_store_is_never_upgraded(sqlite_url: str, later: Versions) -> None:
    open_store(sqlite_url).close()
    with (
        database.connect(parse_url(sqlite_url), read_only=True) as engine,
        pytest.raises(StoreError, match=f"needs version {_COMING}"),
    ):
        schema.ensure(engine, read_only=True, versions=later)


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE songs (title)")
    before = path.read_bytes()

    with pytest.raises(StoreError, match="holds other things"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import digest.store", "sqlalchemy"),
        ("from digest.store import open_store; open_store('sqlite://').close()", "alembic"),
    ],
    ids=["importing the store", "opening a store"],
)
def test_heavy_modules_are_imported_only_when_used(code: str, unwanted: str) -> None:
    check = f"import sys; {code}; sys.exit(any(name.split('.')[0] == {unwanted!r} for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


@pytest.mark.slow
def test_two_processes_may_create_a_store_concurrently(sqlite_url: str) -> None:
    code = f"from digest.store import open_store; open_store({sqlite_url!r}).close()"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(4)]

    assert [process.wait() for process in both] == [0, 0, 0, 0]
