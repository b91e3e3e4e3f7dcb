"""Mail benchmarks: our mails judged by other programs, beside the same content in MJML.

Run it with ``python -m tests.bench.mail [MEASURE ...]``; ``tests/support/checkers`` says what to
install for it (and ``mjml@5``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import pytest

from tests.bench.measures import run

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mail")
    try:
        sys.exit(run(Path(__file__).parent, about=__doc__, parser=parser, measure=lambda module, _: module.measure()))
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
