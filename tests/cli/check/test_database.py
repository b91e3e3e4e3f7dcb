"""``digest check``: the database, and mails that wait for too long."""

from __future__ import annotations

from pathlib import Path

import pytest

from digest.cli import main
from digest.store import deliveries, editions, open_store, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store with a mail that waits since the past."""
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text("")
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="ann@example.org")], "main", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="example.org", at=NOON)


def test_the_databases_size_and_late_mails_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--offline"]) == 1
    out = capsys.readouterr().out

    assert "of it free" in out
    assert "bad   database: mails wait (1), the first since 2026-03-28 12:00 UTC" in out
    assert "is 'digest run' running?" in out


def test_mails_that_wait_for_another_try_are_well(capsys: pytest.CaptureFixture[str]) -> None:
    with open_store("sqlite:///digest.db") as store, store.begin() as conn:
        conn.exec_driver_sql("UPDATE deliveries SET next_try = '2999-01-01 00:00:00.000000'")
    main(["check", "--offline"])

    assert "bad   database" not in capsys.readouterr().out
