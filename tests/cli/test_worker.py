"""``digest worker``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from digest.cli import main

_SETTINGS = """
[smtp]
host = "127.0.0.1"
[[sources]]
id = "a"
path = "."
[[newsletters]]
id = "main"
title = "Main"
from = "Main <main@example.org>"
"""


@pytest.mark.parametrize(
    ("jobs", "options", "message"),
    [
        ("", [], "which isn't configured"),
        ('[jobs]\nengine = "procrastinate"', [], "needs a PostgreSQL database"),
        ("", ["--queues", "mails"], "expected some of collect, publish, deliver"),
        ("", ["--concurrency", "0"], "expected a number from 1 to 100"),
    ],
)
def test_what_a_worker_lacks_is_told(
    jobs: str, options: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "digest.toml").write_text(jobs + _SETTINGS)

    assert main(["worker", "--config", str(tmp_path / "digest.toml"), *options]) in {1, 2}

    assert message in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "worker"])
def test_without_the_extra_the_package_to_install_is_told(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in [name for name in sys.modules if name.startswith(("digest.jobs.distributed", "digest.jobs.procr"))]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "procrastinate", None)  # as where it isn't installed
    (tmp_path / "digest.toml").write_text('[jobs]\nengine = "procrastinate"' + _SETTINGS)

    assert main([command, "--config", str(tmp_path / "digest.toml")]) == 2

    error = capsys.readouterr().err
    assert "needs a package that isn't installed: procrastinate" in error
    assert "pip install" in error
