"""config/COMMANDS.md is what the argument parser says."""

from __future__ import annotations

from pathlib import Path

from tests.docs.commands_page import PATH, commands_page

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_commands_is_made_from_the_parser() -> None:
    """If it differs: .venv/bin/uv run python -m tests.docs"""
    assert (ROOT / PATH).read_text("utf-8") == commands_page()
