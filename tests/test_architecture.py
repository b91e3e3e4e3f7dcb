"""The house stands as drawn: floors, small rooms, a light front door, and a page in each folder."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from digest.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
#: Migrations are history: each is one list of statements, and is never touched again.
FILES = sorted(file for file in (ROOT / "digest").rglob("*.py") if file.parent.name != "versions")
BY_NAME = {str(file.relative_to(ROOT)): file for file in FILES}
#: Parts of the standard library that cost more than ``digest --help`` may.
_HEAVY = {
    "asyncio",
    "dataclasses",
    "email",
    "http",
    "inspect",
    "json",
    "logging",
    "ssl",
    "typing",
    "unittest",
    "zoneinfo",
}


def test_imports_go_down_the_floors() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_short() -> None:
    lengths = {name: len(file.read_text("utf-8").splitlines()) for name, file in BY_NAME.items()}

    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_functions_are_short_and_take_few_positional_parameters() -> None:
    long, wide = [], []
    for name, file in BY_NAME.items():
        for function in _functions(file):
            lines = (function.end_lineno or 0) - function.lineno + 1
            positional = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
            long += [f"{name}: {function.name} has {lines} lines"] * (lines > 40)
            is_wide = len([arg for arg in positional if arg not in {"self", "cls"}]) > 4
            wide += [f"{name}: {function.name}{positional}"] * is_wide

    assert long == []
    assert wide == []


def test_no_blanket_ignores() -> None:
    """What a checker is told to overlook is named, and the reason stands beside it."""
    reason = re.compile(r"# (type: ignore\[[\w, -]+\]|noqa: [A-Z]+\d+(, [A-Z]+\d+)*)\s+# \w")
    lines = [(name, line) for name, file in BY_NAME.items() for line in file.read_text("utf-8").splitlines()]

    ignoring = [(name, line) for name, line in lines if "type: ignore" in line or "noqa" in line]
    assert [(name, line) for name, line in ignoring if not reason.search(line)] == []


def test_files_are_named_for_what_they_do() -> None:
    vague = {"utils", "util", "helpers", "common", "manager", "misc", "base"}

    assert [name for name, file in BY_NAME.items() if file.stem in vague] == []


def test_importing_the_command_line_imports_nothing_heavy() -> None:
    assert _imported_by("import digest.cli, digest.__main__") == set()


@pytest.mark.parametrize("argv", ["--help", "--version"])
def test_help_imports_nothing_heavy(argv: str) -> None:
    by_argparse = _imported_by("import argparse; argparse.ArgumentParser().format_help()")  # to colour it, since 3.14
    assert _imported_by(f"import digest.cli; digest.cli.main([{argv!r}])") - by_argparse == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_imports_no_library(command: str) -> None:
    assert _imported_by(f"import digest.cli; digest.cli.main([{command!r}, '--help'])") - _HEAVY == set()


def test_pages_are_served_without_the_libraries_that_compose() -> None:
    """They would add 20 MB to a process that never needs them: a preview is composed in another one."""
    libraries = _imported_by("import digest.web.server, digest.cli.serve")

    assert not {"numpy", "lxml", "feedparser", "trafilatura", "sumy", "premailer", "sentencex"} & libraries


def test_no_dependency_brings_scipy() -> None:
    """nltk would import it, and take three times as long."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))

    assert not {"scipy", "scikit-learn", "torch", "pandas"} & {package["name"] for package in lock["package"]}


def _functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _imported_by(code: str) -> set[str]:
    """The libraries and heavy parts of Python that a fresh interpreter has imported after ``code``."""
    names = {name.partition(".")[0] for name in _modules_after(code) - _modules_after("")}
    return names & {*packages_distributions(), *_HEAVY} - {"digest"}


@cache
def _modules_after(code: str) -> frozenset[str]:
    """The modules of a fresh interpreter after ``code``."""
    tail = "\nimport sys; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code + tail], cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(done.stderr.split())
