"""Consistency of a store: what the database itself finds, and the rules of our tables that no key holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Table, inspect, select, text

from digest.store import keys, search_index, tables
from digest.store.consistency_rules import RESTORE_HINT, RULES

_RECOVER_HINT = "restore a backup, or see what `sqlite3 FILE .recover` saves"
#: Findings of SQLite's own check that are listed.
_MAX_PROBLEMS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that is wrong in a store."""

    topic: str
    message: str
    hint: str = ""
    #: Mails, subscribers or the whole store are in danger; else it is only worth knowing.
    is_bad: bool = True


def find_problems(conn: Connection) -> Iterator[Problem]:
    """Find what is wrong in a store of this program's version, the worst first. Reads every row."""
    yield from _damage(conn)
    yield from _missing_columns(conn)
    yield from _key_problem(conn)
    for rule in RULES:
        if number := conn.execute(text(rule.query)).scalar_one():
            yield Problem(topic=rule.topic, message=rule.message.format(number), hint=rule.hint, is_bad=rule.is_bad)
    if search_index.is_available(conn) and search_index.missing(conn, limit=1):
        yield Problem(
            topic="search", message="some stories can't be found", hint="run 'digest db upgrade'", is_bad=False
        )


def _damage(conn: Connection) -> Iterator[Problem]:
    if conn.dialect.name == "postgresql":
        yield from _postgresql_damage(conn)
        return
    for (line,) in conn.exec_driver_sql(f"PRAGMA integrity_check({_MAX_PROBLEMS})").all():
        if line != "ok":
            yield Problem(topic="file", message=f"damaged: {line}", hint=_RECOVER_HINT)
    broken = [row[0] for row in conn.exec_driver_sql("PRAGMA foreign_key_check").all()]
    for name in sorted(set(broken)):
        message = f"{broken.count(name)} rows of {name!r} refer to rows that don't exist"
        yield Problem(topic="file", message=message, hint=_RECOVER_HINT)


def _postgresql_damage(conn: Connection) -> Iterator[Problem]:
    """Invalid indexes and keys, rows without what they refer to, and ids that would be given twice.

    Whether pages and indexes are intact, PostgreSQL's own pg_amcheck tells.
    """
    invalid = "SELECT relname FROM pg_index JOIN pg_class ON oid = indexrelid WHERE NOT indisvalid ORDER BY relname"
    for name in conn.execute(text(invalid)).scalars():
        yield Problem(topic="database", message=f"the index {name!r} is invalid", hint=f'run: REINDEX INDEX "{name}"')
    for table in tables.metadata.sorted_tables:
        yield from _rows_without_parent(conn, table)
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = text("SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, :column)::regclass)")
        last = conn.execute(sequence, {"table": table.name, "column": column.name}).scalar() or 0
        highest = conn.execute(select(column).order_by(column.desc()).limit(1)).scalar() or 0
        if highest > last:
            message = f"the next id of {table.name!r} is {last + 1}, and there are ids up to {highest}"
            hint = f"run: SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), {highest})"
            yield Problem(topic="database", message=message, hint=hint)


def _rows_without_parent(conn: Connection, table: Table) -> Iterator[Problem]:
    for key in table.foreign_keys:
        parent = key.column.table.alias("parent")
        has_parent = select(1).where(parent.c[key.column.name] == key.parent).exists()
        query = select(key.parent).select_from(table).where(key.parent.is_not(None), ~has_parent).limit(1)
        if conn.execute(query).first():
            message = f"rows of {table.name!r} refer to rows of {key.column.table.name!r} that don't exist"
            yield Problem(topic="database", message=message, hint=RESTORE_HINT)


def _missing_columns(conn: Connection) -> Iterator[Problem]:
    present = inspect(conn)
    for table in tables.metadata.sorted_tables:
        if not present.has_table(table.name):
            yield Problem(topic="schema", message=f"the table {table.name!r} is missing", hint=RESTORE_HINT)
        elif missing := set(table.c.keys()) - {column["name"] for column in present.get_columns(table.name)}:
            message = f"the table {table.name!r} lacks columns: {', '.join(sorted(missing))}"
            yield Problem(topic="schema", message=message, hint=RESTORE_HINT)


def _key_problem(conn: Connection) -> Iterator[Problem]:
    names = dict(conn.execute(select(tables.store_keys.c.name, tables.store_keys.c.key)).all())
    if not re.fullmatch("[0-9a-f]{64}", names.get(keys.NAME, "")):
        message = "the store's own key is missing: links and hashes made with it mean nothing"
        yield Problem(topic="schema", message=message, hint=RESTORE_HINT)
