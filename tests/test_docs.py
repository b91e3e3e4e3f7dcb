"""Documentation is complete: every command, option and setting is described, and the example is valid."""

from __future__ import annotations

import re
import tomllib
from dataclasses import MISSING, fields
from datetime import timedelta
from pathlib import Path

import pytest

from digest import settings
from digest.cli import COMMANDS
from digest.cli.parser import Parser, build_parser
from digest.model.secret import Secret
from digest.settings.parsers import parse_duration
from digest.settings.sections import LISTS, SECTIONS, field_names

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = (ROOT / "config" / "digest.toml").read_text("utf-8")
PAGE = (ROOT / "config" / "README.md").read_text("utf-8")
KINDS = {**SECTIONS, **LISTS}
KEYS = [(name, key) for name, kind in KINDS.items() for key in field_names(kind)]


def uncommented(text: str) -> str:
    """Uncomment the example's keys. Some keys of one table can exclude each other."""
    return re.sub(r"(?m)^#(?=[a-z_]+ = )", "", text)


def test_the_example_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(EXAMPLE, "utf-8")

    assert settings.load(file, {}).newsletters[0].id == "main"


def test_the_examples_commented_keys_are_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "digest.toml"
    file.write_text(EXAMPLE, "utf-8")
    short = settings.load(file, {})
    file.write_text(uncommented(EXAMPLE), "utf-8")

    assert settings.load(file, {}) == short


@pytest.mark.parametrize(("name", "key"), KEYS, ids=[f"{name}.{key}" for name, key in KEYS])
def test_example_shows_every_key(name: str, key: str) -> None:
    tables = tomllib.loads(uncommented(EXAMPLE))[name]

    assert key in (tables if name in SECTIONS else {key for table in tables for key in table})


@pytest.mark.parametrize(("name", "key"), KEYS, ids=[f"{name}.{key}" for name, key in KEYS])
def test_settings_page_explains_every_key(name: str, key: str) -> None:
    heading = f"## `[{name}]`" if name in SECTIONS else f"## `[[{name}]]`"
    section = PAGE.partition(heading)[2].partition("\n## ")[0]
    row = next((line for line in section.splitlines() if re.match(rf"\| [^|]*`{key}`", line)), "")

    assert row, f"no row for {key}"
    for field in fields(KINDS[name]):
        if field.name == key and field.default not in {MISSING, None, "", ()} and not isinstance(field.default, Secret):
            if isinstance(field.default, timedelta):
                assert parse_duration(row.split('"')[1]) == field.default
                continue
            default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)

            assert default.removesuffix(".0") in row.replace("_", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_examples_of_itself(command: str) -> None:
    for part in parts(command):
        assert f"digest {command}" in parser_of(*part).format_help().partition("\nexample")[2], part


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_a_line_of_help(command: str) -> None:
    for part in parts(command):
        parser = parser_of(*part)
        documented = parser.format_help().partition("\n\n")[2].partition("\nexample")[0]
        for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", parser.format_usage()):
            line = rf"(?m)^  (-\w( \S+)?, )?{option}\b.*?(\s{{2,}}|\n {{20,}})\w"

            assert re.search(line, documented), f"{part} {option}"


def test_the_readmes_first_settings_are_valid_by_themselves(tmp_path: Path) -> None:
    """Its other settings add to them, and are run by ``docs/test_examples.py``."""
    example, *_ = re.findall(r"(?ms)^```toml\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"))
    file = tmp_path / "digest.toml"
    file.write_text(example, "utf-8")

    assert settings.load(file, {}).newsletters[0].id == "main"


def test_promises_name_tests_that_exist() -> None:
    """The page names the test that attacks each promise."""
    rows = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "tests" / "README.md").read_text("utf-8"))
    sources = {file: (ROOT / "tests" / file).read_text("utf-8") for file, _ in rows}

    assert len(rows) > 100
    assert [row for row in rows if f"def {row[1]}(" not in sources[row[0]]] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_readme_names_every_command(command: str) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")

    assert f"digest {command}" in readme


def parser_of(*command: str) -> Parser:
    parser = build_parser(COMMANDS)
    for name in command:
        parser = parser.subcommands[name]
    return parser


def parts(command: str) -> list[list[str]]:
    """Return the command, and each of its actions."""
    return [[command], *([command, action] for action in parser_of(command).subcommands)]


def test_paths_in_the_architecture_exist() -> None:
    """The page names files so that a newcomer finds them; each must be there."""
    text = (ROOT / "digest" / "README.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_0-9.]+)+/?)`", text))
    missing = {path for path in named if not any((ROOT / top / path).exists() for top in ("digest", ""))}

    assert len(named) > 50
    assert not missing
