"""The manual page tells of every command and option, and ``man`` reads it without a warning."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess

import pytest

from digest.cli import COMMANDS
from digest.cli.manual_page import manual_page
from digest.cli.parser import build_parser

PAGE = manual_page(build_parser(COMMANDS), "1.2.3")
PLAIN = PAGE.replace("\\-", "-").replace("\\&", "").replace("\\e", "\\")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_options_and_summary(command: str) -> None:
    for parser in build_parser([command]).subcommands[command].with_subcommands():
        section = PLAIN.partition(f".SS {parser.prog}\n")[2].partition("\n.S")[0]
        shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
        options = {option for action in shown for option in action.option_strings}

        assert parser.description
        assert parser.description.split(".")[0] in section
        assert {option for option in options if option not in section} <= {"--config", "--verbose", "-h", "--help"}


def test_examples_and_exit_codes_are_told() -> None:
    assert ".SH EXIT STATUS" in PAGE
    assert "digest init news --from https://example.org" in PLAIN
    assert '"digest 1.2.3"' in PAGE


def test_the_same_version_gives_the_same_bytes() -> None:
    assert manual_page(build_parser(COMMANDS), "1.2.3") == PAGE
    assert PAGE.isascii()


def test_the_width_of_the_terminal_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")

    assert manual_page(build_parser(COMMANDS), "1.2.3") == PAGE


def test_groff_reads_it_without_a_warning() -> None:
    groff = shutil.which("groff")
    assert groff, "Debian's package groff has it"
    result = subprocess.run([groff, "-man", "-ww", "-Tutf8"], input=PAGE, capture_output=True, text=True, check=False)
    shown = re.sub(r".\x08|\x1b\[[\d;]*m", "", result.stdout)

    assert (result.returncode, result.stderr) == (0, "")
    assert "digest sources discover" in " ".join(shown.split())
