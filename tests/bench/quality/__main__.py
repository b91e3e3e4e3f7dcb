"""Quality benchmarks: each figure with its baseline from the same run.

Run it with ``python -m tests.bench.quality [MEASURE ...]``; external data is read from ``../shared/quality``.
A measure is a module here with ``measure(shared: Path) -> list[Row]``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.bench.measures import run

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2].parent / "shared" / "quality"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality")
    parser.add_argument(
        "--shared", type=Path, default=SHARED, help="the folder of external data (default: %(default)s)"
    )
    return run(HERE, about=__doc__, parser=parser, measure=lambda module, args: module.measure(args.shared))


if __name__ == "__main__":
    sys.exit(main())
