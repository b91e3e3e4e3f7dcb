"""config/INTERFACES.md: every address, exit code and JSON key is there, and none that does not exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from digest import cli
from digest.cli import COMMANDS
from digest.cli.parser import Parser, build_parser
from digest.web.routes import ROUTES
from tests.docs.json_keys import documented_keys

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "config" / "INTERFACES.md").read_text("utf-8")


def part(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_every_address_of_a_page_is_documented_with_its_methods() -> None:
    rows = re.findall(r"(?m)^\| ([A-Z, ]+) \| `(/[^`]*)` \| (?=\S)", part("Addresses"))
    documented = {(method, address) for methods, address in rows for method in methods.split(", ")}

    assert documented == {
        (method, re.sub(r"{(\w+)(?::[^{}]*)?}", lambda name: name[1].upper(), path)) for method, path, _ in ROUTES
    }
    assert len(rows) == len({address for _, address in rows})


def test_every_exit_code_is_documented() -> None:
    documented = set(map(int, re.findall(r"(?m)^\| (\d+) \| ", part("Exit codes"))))

    assert documented == {0, cli.FAILED, cli.WRONG_USAGE, cli.INTERRUPTED, cli.BROKEN_PIPE}


def test_every_metric_is_documented_with_its_type() -> None:
    files = ("metrics.py", "job_metrics.py", "fleet_metrics.py")
    modules = [*(f"pipeline/{file}" for file in files), "web/measurements.py", "web/metrics.py"]
    code = "".join((ROOT / "digest" / file).read_text("utf-8") for file in modules)
    named = re.findall(r'"((?:digest|process)_\w+)",\s*(?:kind=)?"(\w+)"', code)
    documented = re.findall(r"(?m)^\| `(\w+)` \| (counter|gauge|summary) \|[^|]*\| \S", part("Metrics"))

    assert len(named) > 25
    assert sorted(documented) == sorted(named)


def test_every_environment_variable_that_is_read_is_documented() -> None:
    """By its name in the code; names of the settings are made from sections and keys."""
    call = r"environ(?:ment)?(?:\.get|\.pop|\.setdefault)?[(\[]\"([A-Z_]+)\""
    read = {name for file in (ROOT / "digest").rglob("*.py") for name in re.findall(call, file.read_text("utf-8"))}
    #: Set by the program for libraries of others, and none of the user's business.
    internal = {"PYTHAINLP_READ_ONLY", "PYTHAINLP_OFFLINE", "PREMAILER_CACHE_MAXSIZE"}
    documented = set(re.findall(r"`([A-Z_]+)`", part("Environment variables")))

    assert "HEARTBEAT_FILE" in read
    assert read - internal <= documented


#: Commands that print events, which have names of their own.
EVENTS = {"run", "worker", "serve"}


def with_json() -> set[str]:
    parsers = build_parser(COMMANDS).subcommands
    named = {(name, *below): parser for name in COMMANDS for below, parser in commands_below(parsers[name])}
    found = {" ".join(names) for names, parser in named.items() if "--json" in parser._option_string_actions}
    return found - EVENTS


def commands_below(parser: Parser) -> list[tuple[tuple[str, ...], Parser]]:
    return [((), parser), *(((name,), child) for name, child in parser.subcommands.items())]


def test_every_command_that_prints_json_has_a_table_of_its_keys() -> None:
    assert set(documented_keys(PAGE)) == with_json() | {"preview"}


@cache
def names_in_the_code() -> frozenset[str]:
    """Every string, field and argument name in the code."""
    names: set[str] = set()
    for file in (ROOT / "digest").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Constant(value=str(text)) if text.isidentifier():
                    names.add(text)
                case ast.AnnAssign(target=ast.Name(id=name)):
                    names.add(name)
    return frozenset(names)


@pytest.mark.slow
def test_no_key_is_documented_that_the_code_does_not_name() -> None:
    """Whether each is printed by its command is proven by running it; keys of rare states only by this."""
    keys = {name for paths in documented_keys(PAGE).values() for path in paths for name in re.findall(r"\w+", path)}
    placeholders = {"outcome", "name", "id", "table", "column"}

    assert keys - names_in_the_code() - placeholders == set()
