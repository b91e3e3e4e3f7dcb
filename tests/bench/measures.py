"""Run a folder's benchmarks, which are modules with ``measure(...) -> list[Row]``, and print them as one table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from tests.bench.quality.table import Row, table


def run(folder: Path, *, about: str, parser: argparse.ArgumentParser, measure: Callable[..., list[Row]]) -> int:
    """Print the table of the measures on the command line, or of all; ``measure`` calls a module's measure."""
    names = sorted(file.stem for file in folder.glob("*.py") if "def measure(" in file.read_text("utf-8"))
    parser.description = about
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(names)} (default: all)")
    args = parser.parse_args()
    if unknown := set(args.measures) - set(names):
        parser.error(f"no measure {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    rows: list[Row] = []
    for name in args.measures or names:
        print(f"measuring {name} …", file=sys.stderr)
        rows += measure(_module(folder, name), args)
    print(table(rows))
    return 0


def _module(folder: Path, name: str) -> ModuleType:
    return import_module(f"tests.bench.{folder.name}.{name}")
