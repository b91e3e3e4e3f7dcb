"""A backup is of one moment, whatever is written while it is made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from digest.store import open_store, tables
from digest.store.backup import back_up
from tests.support.editions import publish
from tests.support.values import NOON, edition

BODY = "<p>The harbour opens again.</p>"


@pytest.mark.parametrize(
    ("database", "html"),
    [
        pytest.param("sqlite_url", BODY * 200_000, id="sqlite"),  # more than is copied in one step
        pytest.param("postgres_store_url", BODY, id="postgresql"),
    ],
)
def test_what_is_written_during_a_backup_is_not_in_it(
    database: str, html: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url, file = str(request.getfixturevalue(database)), tmp_path / "a.backup"
    with open_store(url) as store:
        publish(store, "ann@example.org", published=edition(html=html))
        written: list[str] = []

        def write(line: str) -> None:
            if line.startswith("copying"):
                with store.begin() as conn:
                    conn.execute(insert(tables.page_counts).values(name=line, day=str(len(written)), count=1))
                written.append(line)

        manifest = back_up(url, file, at=NOON, program="0.1.0", overwrite=False, progress=write)

    assert len(written) > 1
    assert manifest.tables["page_counts"].rows == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT html FROM editions").fetchone() == (html,)
