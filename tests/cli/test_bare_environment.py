"""Commands where little is there: no home, no locale, no terminal, 40 columns."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import COMMANDS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
BARE = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "COLUMNS": "40", "PYTHONPATH": str(ROOT)}


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "digest", *argv]
    return subprocess.run(command, stdin=-3, capture_output=True, text=True, check=False, env=BARE, timeout=60)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("articles").mkdir()
    Path("articles/ferry.txt").write_text("Die Fähre\n\nDie Fähre blieb wegen des starken Windes im Hafen liegen.\n")
    Path("digest.toml").write_text(
        '[[sources]]\nid = "a"\npath = "articles"\n[[newsletters]]\nid = "main"\ntitle = "Zürich"\nsources = ["a"]\n'
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_printed(command: str) -> None:
    result = run(command, "--help")

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["preview", "--format", "terminal"], 0),
        (["collect"], 0),
        (["status"], 0),
        (["sources", "list"], 0),
        (["subscribers", "list"], 0),
        (["editions", "list"], 0),
        (["db", "upgrade"], 0),
        (["init", "new", "--from", str(ROOT / "config" / "sample")], None),
        (["check"], None),
        (["send"], 2),
        (["run"], 2),
        (["serve"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_commands_answer(argv: list[str], code: int | None) -> None:
    result = run(*argv)

    assert "Traceback" not in result.stderr
    assert "unexpected error" not in result.stderr
    assert result.returncode == code or (code is None and result.returncode in {0, 1, 2}), result.stderr
