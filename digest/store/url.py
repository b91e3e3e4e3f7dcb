"""The store's URL: which databases are supported, and how it is shown."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from digest.model.errors import StoreError


def parse_url(url: str) -> URL:
    """Parse the store's URL. Raises ``StoreError`` for a database that isn't supported."""
    hint = "it looks like sqlite:///digest.db, or postgresql://user@host/name"
    try:
        parsed = make_url(url)
    except ArgumentError:
        # The address isn't named: it may hold a password.
        raise StoreError("the store's address can't be understood", hint=hint) from None
    if "@" in f"{parsed.host or ''}{(parsed.database or '') if parsed.host else ''}":
        hint = "within a name or password, write @ as %40, / as %2F, ? as %3F and : as %3A"
        raise StoreError("the store's address can't be understood: its host has an @", hint=hint)
    match parsed.get_backend_name():
        case "sqlite":
            return parsed.set(drivername="sqlite+pysqlite")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case backend:
            raise StoreError(f"the store can't be a database of the kind {backend!r}", hint=hint)


def store_file(url: str) -> Path | None:
    """The file of a SQLite store; None for one in memory, and for a database server."""
    parsed = parse_url(url)
    is_file = parsed.get_backend_name() == "sqlite" and parsed.database != ":memory:"
    return Path(parsed.database) if is_file and parsed.database else None


def driver_url(url: str) -> str:
    """The URL of a PostgreSQL database as libpq and psycopg understand it; it may hold a password."""
    return parse_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def display_url(url: URL) -> str:
    """The URL as people write it, without its passwords; the characters of a file's path as they are."""
    if url.get_backend_name() == "sqlite" and url.database:
        return f"sqlite:///{url.database}"
    hidden = {name: "***" for name in url.query if "password" in name}
    url = url.set(drivername=url.get_backend_name()).update_query_dict(hidden)
    return url.render_as_string(hide_password=True)
