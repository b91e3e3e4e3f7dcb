"""Each command explains in one line why a PostgreSQL store can't be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from digest.cli import main
from tests.support.unusable_databases import PASSWORD, UnusableDatabase

SETTINGS = """\
[smtp]
folder = "mails"

[[sources]]
id = "own"
path = "articles"

[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""
WRITING = (["send"], ["run"], ["collect"], ["db", "upgrade"], ["subscribers", "add", "ann@example.org", "-n", "main"])
READING = (["preview"], ["status"], ["editions", "list"], ["subscribers", "list"])


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    Path("articles").mkdir()


@pytest.mark.parametrize("argv", [*WRITING, *READING], ids=" ".join)
@pytest.mark.parametrize("problem", ["a wrong password", "tables of another user", "another program's"])
def test_every_command_explains_it(
    unusable_databases: dict[str, UnusableDatabase],
    problem: str,
    argv: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    database = unusable_databases[problem]
    monkeypatch.setenv("DIGEST_STORE__URL", database.url)

    assert main(argv) == 1
    message, hint = capsys.readouterr().err.splitlines()
    assert database.message in message
    assert database.hint in hint


@pytest.mark.parametrize(
    "problem",
    ["a user without rights", "a standby", "a view in the way", "the wrong encoding", "an old server"],
)
def test_check_shows_it_and_all_other_findings(
    unusable_databases: dict[str, UnusableDatabase],
    problem: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    database = unusable_databases[problem]
    monkeypatch.setenv("DIGEST_STORE__URL", database.url)

    assert main(["check", "--offline", "--json"]) == 1
    out = capsys.readouterr().out
    findings = {finding["topic"]: finding for finding in json.loads(out)}
    assert findings["store"]["state"] == "bad"
    assert database.message.split(" for ")[0] in findings["store"]["message"]
    assert {"settings", "source own", "newsletter main", "mail server"} <= findings.keys()
    assert PASSWORD not in out
