"""Schema of the queue of jobs: Procrastinate's SQL, applied in our own transactions, and its version.

The version is the number of Procrastinate's newest migration; each table of the queue has it in its comment, by which
it is known as ours. The queue may be made anew at any time: the clock queues again whatever was lost from it.
https://procrastinate.readthedocs.io/en/stable/howto/production/migrations.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, text

from digest.model.errors import StoreError
from digest.store.locks import advisory_lock

_TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers")
_COMMENT = "the queue of digest, version {}"
#: Of queues that were made before their version was recorded.
_UNRECORDED = "03.04.00_50"
_INSTALL = "pip install 'procrastinate>=3.10,<3.11'"
_PRESENT = text(
    "SELECT relname, obj_description(oid, 'pg_class') AS comment FROM pg_class"
    " WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname = ANY(:names)"
)
#: Tables that were dropped by hand leave types and functions, which would be in the way of new ones.
_REMOVE = r"""
DO $$
DECLARE command text;
BEGIN
    FOR command IN
        SELECT format('DROP TABLE %s CASCADE', oid::regclass) FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname LIKE 'procrastinate\_%'
    LOOP EXECUTE command; END LOOP;
    FOR command IN
        SELECT format('DROP FUNCTION %s CASCADE', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'procrastinate\_%'
    LOOP EXECUTE command; END LOOP;
    FOR command IN
        SELECT format('DROP TYPE %s CASCADE', t.oid::regtype) FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = current_schema()::regnamespace AND t.typname LIKE 'procrastinate\_%'
            AND (t.typtype = 'e' OR c.relkind = 'c')
    LOOP EXECUTE command; END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True)
class QueueSql:
    """The SQL of an installed Procrastinate."""

    folder: Path

    @property
    def version(self) -> str:
        """The number of the newest migration."""
        return max((number for number, _ in self.migrations()), default="")

    @property
    def schema(self) -> str:
        """The statements that create a queue."""
        return (self.folder / "schema.sql").read_text("utf-8")

    def migrations(self) -> Iterator[tuple[str, Path]]:
        """Each migration's number, and its file."""
        for file in sorted((self.folder / "migrations").glob("*.sql")):
            if number := re.match(r"[\d.]+_\d+", file.name):
                yield number[0], file


def installed_sql() -> QueueSql:
    """The SQL of the installed Procrastinate, which isn't imported. Raises ``StoreError`` if there is none."""
    spec = find_spec("procrastinate")
    if spec is None or spec.origin is None:
        raise StoreError('[jobs] engine = "procrastinate" needs a package that isn\'t installed', hint=_INSTALL)
    return QueueSql(Path(spec.origin).parent / "sql")


def ensure(conn: Connection, *, upgrade: bool = False, sql: QueueSql | None = None) -> bool:
    """Make the queue if it, or a table of it, is missing; return whether it was made. ``upgrade``: also an older one.

    Raises ``StoreError`` for SQLite, and for a queue that this program can't use.
    """
    if conn.dialect.name != "postgresql":
        hint = 'set [store] url to one, or [jobs] engine = "embedded"'
        raise StoreError('[jobs] engine = "procrastinate" needs a PostgreSQL database', hint=hint)
    sql = sql or installed_sql()
    advisory_lock(conn, "job queue schema")
    comments = _comments(conn)
    if len(comments) == len(_TABLES):
        _upgrade(conn, comments[_TABLES[0]], sql, may_upgrade=upgrade)
        return False
    if comments and not all(_is_ours(comment) for comment in comments.values()):
        message = f"the queue of jobs lacks the table {min(set(_TABLES) - comments.keys())}"
        hint = f"drop the others ({', '.join(sorted(comments))}) and start again: no mail is lost, jobs are made anew"
        raise StoreError(message, hint=hint)
    conn.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
    _execute(conn, _REMOVE)
    _execute(conn, sql.schema)
    _record_version(conn, sql.version)
    return True


def find_problem(conn: Connection) -> str:
    """Why the queue can't be used, in one line; empty if it can. Only reads."""
    comments = _comments(conn) if conn.dialect.name == "postgresql" else {}
    if not comments:
        return "there is no queue of jobs yet: the first 'digest run' makes it"
    if missing := sorted(set(_TABLES) - comments.keys()):
        return f"the queue of jobs lacks the table {missing[0]}: 'digest run' makes it anew, and no mail is lost"
    return ""


def _upgrade(conn: Connection, comment: str, sql: QueueSql, *, may_upgrade: bool) -> None:
    """Upgrade a complete queue, whose version is in this comment."""
    newest = sql.version
    version = comment.removeprefix(_COMMENT.format("")) if _is_ours(comment) else _UNRECORDED
    if version > newest:
        message = f"the queue of jobs is of version {version}, and the Procrastinate here knows {newest} at most"
        raise StoreError(message, hint=f"install what the other machines have: {_INSTALL}")
    if not may_upgrade:
        if version < newest:
            message = f"the queue of jobs is of version {version}, and the Procrastinate here needs {newest}"
            raise StoreError(message, hint="run 'digest db upgrade'")
        return
    conn.exec_driver_sql("SET LOCAL lock_timeout = '30s'")
    for number, file in sql.migrations():
        if number > version:
            _execute(conn, file.read_text("utf-8"))
    if comment != _COMMENT.format(newest):
        _record_version(conn, newest)


def _comments(conn: Connection) -> dict[str, str]:
    """The tables that are there, and their comments."""
    return {row.relname: row.comment or "" for row in conn.execute(_PRESENT, {"names": list(_TABLES)})}


def _is_ours(comment: str) -> bool:
    return comment.startswith(_COMMENT.format(""))


def _record_version(conn: Connection, version: str) -> None:
    for table in _TABLES:
        _execute(conn, f"COMMENT ON TABLE {table} IS '{_COMMENT.format(version)}'")


def _execute(conn: Connection, statements: str) -> None:
    """Execute statements without parameters, several at once, in the transaction."""
    conn.exec_driver_sql(statements, execution_options={"no_parameters": True})
