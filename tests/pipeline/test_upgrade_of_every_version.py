"""A store of each schema version so far, with rows made at the first one: it is upgraded, and all goes on with it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from digest.cli import main
from digest.store import database, open_store, schema
from digest.store.schema import CURRENT_VERSIONS, Versions
from digest.store.url import parse_url

pytestmark = pytest.mark.slow

ROWS = (Path(__file__).parents[1] / "data" / "stores" / "rows_0001.sql").read_text("utf-8")
VERSIONS = sorted(file.name[:4] for file in (CURRENT_VERSIONS.folder / "versions").glob("[0-9]*.py"))
SETTINGS = """\
[store]
url = "sqlite:///digest.db"
[smtp]
folder = "mails"
[[sources]]
id = "own"
path = "articles"
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
sources = ["own"]
schedule = "daily 07:00"
timezone = "UTC"
"""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a store of each version, each made of the one before by its migration."""
    folder = tmp_path_factory.mktemp("stores")
    shutil.copytree(CURRENT_VERSIONS.folder, folder / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    files = sorted((folder / "migrations" / "versions").glob("[0-9]*.py"), reverse=True)
    for file in files:
        file.rename(folder / file.name)
    path = folder / "digest.db"
    for version, file in zip(VERSIONS, reversed(files), strict=True):
        (folder / file.name).rename(file)
        migrate(path, Versions(head=version, folder=folder / "migrations"))
        if version == VERSIONS[0]:
            with closing(sqlite3.connect(path)) as connection:
                connection.executescript(ROWS)
        shutil.copyfile(path, folder / f"{version}.db")
    return folder


def migrate(path: Path, versions: Versions) -> None:
    with (
        database.connect(parse_url(f"sqlite:///{path}")) as engine,
        engine.connect() as conn,
        schema._foreign_keys_off(conn),
        conn.execution_options(writes=True).begin(),
    ):
        schema._migrate(conn, versions)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_store_of_every_version_goes_on(
    stores: Path, version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(stores / f"{version}.db", "digest.db")
    Path("digest.toml").write_text(SETTINGS)
    Path("articles").mkdir()
    Path("articles/ferry.txt").write_text("On the ferry\n\nThe ferry sails on Monday at nine.\n")

    assert main(["db", "upgrade"]) == 0
    assert main(["db", "check"]) == 0
    assert main(["status", "--json"]) == 0
    capsys.readouterr()
    assert main(["editions", "list", "--json"]) == 0
    editions = {edition["id"]: edition["counts"] for edition in json.loads(capsys.readouterr().out)}
    assert editions == {1: {"sent": 2, "failed": 1}, 2: {"sent": 1, "pending": 1, "retry": 1, "suppressed": 1}}
    assert main(["editions", "show", "2"]) == 0
    assert "The second edition" in capsys.readouterr().out
    assert main(["subscribers", "list", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 4
    assert main(["preview", "--format", "text"]) == 0
    assert main(["db", "backup", "a.backup"]) == 0

    assert main(["send", "--no-collect"]) == 0
    mails = sorted(path.read_text("utf-8") for path in Path("mails").glob("*.eml"))
    assert len(mails) == 2
    assert all("Subject: Second" in mail for mail in mails)
    with open_store("sqlite:///digest.db") as store, store.read() as conn:
        outcomes = conn.exec_driver_sql("SELECT outcome FROM deliveries WHERE edition_id = 2 ORDER BY id").scalars()
        assert [*outcomes] == ["sent", "sent", "sent", "suppressed"]
