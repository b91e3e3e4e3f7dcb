"""How well the digest reads, in figures, each with its baseline from the same run.

Run it with ``python -m tests.bench.quality [MEASURE ...]``; the outside data is read from ``../shared/quality``.
A measure is a module here with ``measure(shared: Path) -> list[Row]``.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from tests.bench.quality.table import table

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2].parent / "shared" / "quality"


def main() -> int:
    shared_code = {"__main__", "__init__", "table", "rouge"}
    found = sorted(file.stem for file in HERE.glob("*.py") if file.stem not in shared_code)
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality", description=__doc__)
    parser.add_argument("measures", nargs="*", metavar="MEASURE", help=f"of {', '.join(found)} (default: all)")
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of outside data (default: %(default)s)")
    wanted = parser.parse_args()
    if unknown := set(wanted.measures) - set(found):
        parser.error(f"no measure {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    rows = []
    for name in wanted.measures or found:
        print(f"measuring {name} …", file=sys.stderr)
        rows += import_module(f"tests.bench.quality.{name}").measure(wanted.shared)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
