"""Speed benchmarks: each figure beside a baseline from the same run.

Run it with ``python -m tests.bench.speed [MEASURE ...]``, on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.bench.measures import run

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does
    sys.exit(
        run(
            Path(__file__).parent,
            about=__doc__,
            parser=argparse.ArgumentParser(prog="python -m tests.bench.speed"),
            measure=lambda module, _: module.measure(),
        )
    )
