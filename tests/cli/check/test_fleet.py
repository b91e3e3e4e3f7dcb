"""``digest check`` of a store that many machines share."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.store import fleet, open_store, queue_schema
from digest.store.fleet import Member

_SETTINGS = """
[jobs]
engine = "procrastinate"
[smtp]
folder = "mails"
[[sources]]
id = "own"
path = "."
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""


def _findings(folder: Path, capsys: pytest.CaptureFixture[str], *, store: str = "") -> list[tuple[str, str, str]]:
    (folder / "digest.toml").write_text(store + _SETTINGS)
    main(["check", "--offline", "--json", "--config", str(folder / "digest.toml")])
    found = json.loads(capsys.readouterr().out)
    return [
        (finding["state"], finding["message"], finding["hint"])
        for finding in found
        if finding["topic"] in {"store", "fleet"}
    ]


def test_a_file_can_not_be_shared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = _findings(tmp_path, capsys)

    assert any(state == "bad" and "needs a PostgreSQL database" in message for state, message, _ in findings)


def test_what_machines_have_different_is_told(
    postgres_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = f'[store]\nurl = "{postgres_url}"\n'
    with open_store(postgres_url) as store, store.begin() as conn:
        now = fleet.database_time(conn)
        member = Member(id="clock@a:1", kind="clock", started=now, seen=now, settings_hash="other", leader_pid=1)
        fleet.record(conn, member)
        fleet.record(conn, Member(id="worker@b:2", kind="worker", started=now, seen=now, clock_ahead_s=200))
    told = _findings(tmp_path, capsys, store=address)
    states = {message: state for state, message, _ in told}
    assert [state for message, state in states.items() if "no queue of jobs yet" in message] == ["note"]
    for problem in ("settings here differ from those of clock@a:1", "of worker@b:2 differ from", "the clock of b is 3"):
        assert [state for message, state in states.items() if problem in message] == ["bad"]

    with open_store(postgres_url) as store, store.begin() as conn:
        queue_schema.ensure(conn)
        for id_ in ("clock@a:1", "worker@b:2"):
            fleet.remove(conn, id_)
        fleet.delete_gone(conn, now=now + timedelta(hours=1))
    assert {state for state, *_ in _findings(tmp_path, capsys, store=address)} == {"ok", "note"}


def test_a_direct_url_to_another_database_is_told(
    postgres_url: str, postgres_server: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_store(postgres_url).close()
    address = f'[store]\nurl = "{postgres_url}"\ndirect_url = "{postgres_server}"\n'

    (told,) = [message for state, message, _ in _findings(tmp_path, capsys, store=address) if state == "bad"]
    assert "direct_url leads to another database" in told
