"""Alembic runs this: migrate the connection that ``schema`` hands over, inside its transaction.

To write a migration: change ``tables``, add the next number to ``versions``, raise ``schema.Versions.head``; a test
compares the tables of a database migrated from nothing with those of a new one.
"""

from __future__ import annotations

from alembic import context

from digest.store.tables import metadata

connection = context.config.attributes["connection"]
# "Batch": SQLite can't alter much, so a table is made anew and its rows copied.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
