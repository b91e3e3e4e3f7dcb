"""Devices, pipes and impossible numbers as arguments: a clear error and exit 2, at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from digest.cli import main

SETTINGS = '[[newsletters]]\nid = "main"\ntitle = "Main"\nfrom = "main@example.org"\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("digest.toml").write_text(SETTINGS)
    os.mkfifo("pipe")


@pytest.mark.parametrize("place", ["/dev/zero", "pipe"])
@pytest.mark.parametrize(
    "command",
    [
        "preview",
        "sources add",
        "sources discover",
        "sources import",
        "init x --from",
        "init x --opml",
        "subscribers import -n main",
        "--config {} status",
        "bounces --maildir",
    ],
)
def test_a_device_or_a_pipe_is_refused(command: str, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = command.replace("{}", place).split() if "{}" in command else [*command.split(), place]

    assert main(argv) == 2
    error = capsys.readouterr().err
    assert place in error
    assert "unexpected" not in error


@pytest.mark.parametrize("number", ["9" * 23, str(2**63), "0" * 23 + "1", "0", "-1", "\u00b2", "1e3"])
@pytest.mark.parametrize("command", ["editions show", "editions resend", "editions list --limit"])
def test_a_number_that_none_can_have_is_wrong_usage(
    command: str, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), number]) == 2
    assert "unexpected" not in capsys.readouterr().err
