"""``digest worker``."""

from __future__ import annotations

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
