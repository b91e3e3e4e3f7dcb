"""``digest db``."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from digest.cli import main
from digest.pipeline.search import search
from digest.store import editions, open_store, stories, tables
from tests.support.generated_rows import add_rows
from tests.support.values import NOON, article, brief, edition


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "digest.toml"
    file.write_text('[store]\nurl = "sqlite:///kept.db"\n')
    return file


def test_upgrade_creates_the_tables_and_is_idempotent(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade", "--config", str(config)]) == 0
    assert "created the store's tables" in capsys.readouterr().err
    assert (config.parent / "kept.db").exists()

    assert main(["--config", str(config), "db", "upgrade"]) == 0
    printed = capsys.readouterr()
    assert "up to date" in printed.err
    assert printed.out == ""


def test_upgrade_works_on_postgresql(
    config: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_STORE__URL", postgres_url)

    assert main(["db", "upgrade", "--config", str(config)]) == 0
    assert "created the store's tables" in capsys.readouterr().err


def test_a_file_that_is_no_database_is_reported_in_one_line(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (config.parent / "kept.db").write_bytes(b"this is a text, and far longer than a header of a database would be" * 20)

    assert main(["db", "upgrade", "--config", str(config)]) == 1
    assert "is not a database" in capsys.readouterr().err


def test_a_copy_says_what_to_do_next(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(f"sqlite:///{config.parent}/kept.db") as store, store.begin() as conn:
        add_rows(conn, 2)
    target = f"sqlite:///{config.parent}/copy.db"

    assert main(["db", "copy", "--to", target, "--json", "--config", str(config)]) == 0

    printed = capsys.readouterr()
    assert f'set [store] url = "{target}"' in printed.err
    assert {"table": "subscribers", "rows": 2, "written": 2, "is_equal": True} in json.loads(printed.out)


def test_a_copy_can_be_searched(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(f"sqlite:///{config.parent}/kept.db") as store, store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        stories.add(conn, id_, [brief(article())])
    target = f"sqlite:///{config.parent}/copy.db"

    assert main(["db", "copy", "--to", target, "--config", str(config)]) == 0
    with open_store(target) as copy, copy.read() as conn:
        assert len(search(conn, "harbour opens", ["main"]).stories) == 1


def test_an_upgrade_indexes_published_stories(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(sqlite3.connect(config.parent / "kept.db")) as database:
        file = Path(__file__).parents[2] / "data" / "stores" / "sent_0005.sql"
        database.executescript(file.read_text("utf-8"))

    assert main(["db", "upgrade", "--config", str(config)]) == 0
    assert "indexed 4 published stories for search" in capsys.readouterr().err


def test_a_copy_while_mails_are_sent_is_not_complete(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_store(f"sqlite:///{config.parent}/kept.db") as store, store.liveness_lock("sender-1"):
        with store.begin() as conn:
            add_rows(conn, 1)
            conn.execute(update(tables.deliveries).values(sender="sender-1"))

        assert main(["db", "copy", "--to", f"sqlite:///{config.parent}/copy.db", "--config", str(config)]) == 1

    assert "mails are being sent. Stop 'digest run', and run this again" in capsys.readouterr().err


def test_a_store_is_not_copied_onto_itself(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db", "upgrade", "--config", str(config)]) == 0

    assert main(["db", "copy", "--to", f"sqlite:///{config.parent}/kept.db", "--config", str(config)]) == 2

    assert "is the store itself" in capsys.readouterr().err


def test_a_missing_action_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["db"]) == 2
    assert main(["db", "--help"]) == 0
    assert "upgrade" in capsys.readouterr().out
