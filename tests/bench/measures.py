"""Running the measures of a folder: modules with ``measure(...) -> list[Row]``, printed as one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.bench.quality.table import Row, table


def run(folder: Path, *, about: str, parser: argparse.ArgumentParser, measured: Callable[..., list[Row]]) -> int:
    """Print the table of the measures that the command line names, or of all; ``measured`` calls one."""
    found = sorted(file.stem for file in folder.glob("*.py") if "def measure(" in file.read_text("utf-8"))
    parser.description = about
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(found)} (default: all)")
    wanted = parser.parse_args()
    if unknown := set(wanted.measures) - set(found):
        parser.error(f"no measure {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    rows: list[Row] = []
    for name in wanted.measures or found:
        print(f"measuring {name} …", file=sys.stderr)
        rows += measured(_module(folder, name), wanted)
    print(table(rows))
    return 0


def _module(folder: Path, name: str) -> ModuleType:
    return import_module(f"tests.bench.{folder.name}.{name}")
