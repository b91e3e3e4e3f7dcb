"""What programs of others say of our mails, beside the same for MJML's.

Run it with ``python -m tests.bench.mail [MEASURE ...]``; ``tests/support/checkers`` says what has to be
installed for it (and ``mjml@5``).
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
        sys.exit(run(Path(__file__).parent, about=__doc__, parser=parser, measured=lambda module, _: module.measure()))
    except pytest.skip.Exception as missing:
        sys.exit(str(missing))
