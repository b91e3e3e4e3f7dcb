"""The command line as other programs rely on it: commands and options, examples, JSON, exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from digest.cli import COMMANDS, main
from digest.cli.editions.draft_arguments import DRAFT_ACTIONS

#: Commands and options that others rely on: add to them, remove none.
PROMISED = {
    "preview": [
        *("-n", "--format", "-o", "--open", "--at", "--since", "--fetch", "--template", "--summarizer", "--sentences"),
        *("--words", "--stories", "--explain", "--allow", "--watch", "--for", "--alert"),
    ],
    "send": ["-n", "--newsletter", "--to", "--dry-run", "--again"],
    "run": [],
    "serve": ["--listen"],
    "collect": [],
    "init": ["--opml", "--from"],
    "check": ["--json"],
    "sources add": [],
    "sources list": ["--json"],
    "sources show": ["--json"],
    "sources allow": [],
    "sources refuse": [],
    "sources remove": [],
    "sources import": [],
    "sources export": [],
    "sources discover": ["--allow", "--json"],
    "subscribers add": ["-n", "--again", "--resubscribe"],
    "subscribers list": ["--json"],
    "subscribers remove": ["-n"],
    "subscribers import": ["-n", "--resubscribe", "--dry-run"],
    "subscribers export": [],
    "editions list": ["--json"],
    "editions show": [],
    "editions export": ["--format", "-o"],
    "editions resend": ["--again"],
    "editions corrections": ["--visits", "--hold", "--release", "--json"],
    "editions draft": ["-n", "--json"],
    **{f"editions {action}": ["-n"] for action in DRAFT_ACTIONS if action != "draft"},
    "bounces": ["--imap"],
    "bounces review": ["--readmit", "--confirm", "--json"],
    "status": ["--check", "--json"],
    "dkim keygen": [],
    "db upgrade": [],
    "db copy": ["--to", "--json"],
    "db backup": ["--force", "--json"],
    "db restore": ["--send-again", "--verify", "--json"],
    "db check": ["--json"],
    "demo": ["--open", "--port", "--keep"],
    "worker": ["--queues", "--concurrency"],
    "web password": [],
    "completion": [],
    "plugins list": ["--json"],
}
EVERYWHERE = ["--config", "--verbose", "--help"]


def help_of(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*command.split(), "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", PROMISED)
def test_a_command_has_its_options_and_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of(command, capsys)

    options = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", text))
    assert options.issuperset([*PROMISED[command], *EVERYWHERE])
    assert "examples:" in text
    assert f"digest {command}" in text.partition("examples:")[2]


def test_every_command_is_in_the_contract() -> None:
    assert {command.split()[0] for command in PROMISED} == set(COMMANDS)


@pytest.mark.parametrize(
    "command", [name for name, options in PROMISED.items() if "--json" in options and name != "editions draft"]
)
def test_stdout_with_json_is_only_json(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The installation has one article, and nothing was sent."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text("The harbour opens again\n\nThe ferry sails on Monday at nine.\n")
    assert main(["init", "--from", "articles"]) == 0
    assert main(["collect"]) == 0
    assert main(["db", "backup", "before.backup"]) == 0
    capsys.readouterr()
    subjects = {
        "sources show": ["articles"],
        "sources discover": ["articles"],
        "db copy": ["--to", "sqlite:///copy.db"],
        "db backup": ["now.backup"],
        "db restore": ["before.backup"],
    }

    code = main([*command.split(), *subjects.get(command, []), "--json"])

    assert code in {0, 1}
    json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        pytest.param(["preview"], 0, id="done"),
        pytest.param(["preview", "empty"], 1, id="every source failed"),
        pytest.param(["preview", "--no-such-option"], 2, id="wrong option"),
        pytest.param(["no-such-command"], 2, id="wrong command"),
        pytest.param(["collect", "--config", "missing.toml"], 2, id="wrong settings"),
        pytest.param([], 2, id="nothing"),
    ],
)
def test_exit_codes_are_those_of_the_contract(argv: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    completed = subprocess.run(
        [sys.executable, "-m", "digest", *argv], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert completed.returncode == code
    assert (completed.stdout == "") is (code != 0)
    assert (completed.stderr == "") is (code == 0)
