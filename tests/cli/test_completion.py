"""Completion of names from the settings, and by real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import main
from digest.stories.summarizers import NAMES

SETTINGS = """
[[sources]]
id = "harbour"
path = "articles"
[[sources]]
id = "hills"
path = "articles"
[[newsletters]]
id = "morning"
title = "Morning"
[[newsletters]]
id = "evening"
title = "Evening"
"""


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    Path("digest.toml").write_text(SETTINGS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("newsletters", ["morning", "evening"]),
        ("sources", ["harbour", "hills"]),
        ("summarizers", [*NAMES]),
        ("templates", ["briefing", "headlines", "longread", "plain"]),
    ],
)
def test_names_are_listed(names: str, expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "--list", names]) == 0

    assert capsys.readouterr().out.split() == expected


def test_plugins_are_listed_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    info = tmp_path / "my_package-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.2\n")
    names = ["mine = no_such_module:summarize", "lead = mine:shadowed", "$(reboot) = mine:x", "broken = 7"]
    (info / "entry_points.txt").write_text("\n".join(["[digest.summarizers]", *names]))
    monkeypatch.syspath_prepend(str(tmp_path))

    assert main(["completion", "--list", "summarizers"]) == 0
    assert capsys.readouterr().out.split() == [*NAMES, "mine"]


def test_settings_that_cannot_be_read_give_no_names_and_no_message(capsys: pytest.CaptureFixture[str]) -> None:
    Path("digest.toml").write_text("[[sources]\n")

    assert main(["completion", "--list", "sources"]) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("argv", [["completion"], ["completion", "bash", "--list", "sources"]], ids=" ".join)
def test_either_a_shell_or_names_are_asked_for(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(argv) == 2
    assert "name a shell: bash" in capsys.readouterr().err


#: The line that is typed, and what the shell must offer.
LINES = {
    "a command": ("digest prev", "preview"),
    "an option": ("digest preview --expl", "--explain"),
    "a newsletter": ("digest preview --newsletter ev", "evening"),
    "a source": ("digest sources show hi", "hills"),
    "a template": ("digest preview --template longr", "longread"),
    "a summarizer": ("digest preview --summarizer lex", "lex-rank"),
    "a file": ("digest preview -o digest.t", "digest.toml"),
}
_BASH = """
source ./script
COMP_WORDS=({line})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_shtab_digest digest "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
_SCRIPTS = {"bash": _BASH, "fish": "source ./script; complete -C '{line}'"}


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("shell", _SCRIPTS)
def test_the_shell_offers_it(shell: str, line: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    assert main(["completion", shell]) == 0
    Path("script").write_text(capsys.readouterr().out)
    environ = {**os.environ, "HOME": str(Path.cwd()), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    command = [shell, "-c", _SCRIPTS[shell].format(line=line[0])]
    offered = subprocess.run(command, capture_output=True, text=True, check=False, env=environ, timeout=60)

    assert line[1] in [each.partition("\t")[0] for each in offered.stdout.splitlines()], offered.stderr
