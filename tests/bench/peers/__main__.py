"""digest beside reader, rss2email, stock sumy and premailer, in one table.

Fetching is of whole commands in a server's view: the same feeds, the same machine, in turns. Summaries and inlining are
of functions in one process, since sumy and premailer are libraries. Nothing is installed unless ``--install`` says so:
sumy and premailer come with digest; without the others there are no rows for them.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.peers import environment, fetching, page
from tests.bench.quality.table import Row, table
from tests.bench.speed import rendering, summaries

_PARTS = ("fetching", "summaries", "inlining")


def main() -> None:
    """Measure, print the table, and with ``--write`` put it into the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.peers", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)} (default: all)")
    parser.add_argument("--install", action="store_true", help="install reader and rss2email from PyPI into --env")
    parser.add_argument("--env", type=Path, default=environment.default_folder(), help="their environment")
    parser.add_argument("--feeds", type=int, default=200, help="how many feeds to fetch (default: 200)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each fetch, the best of which counts (default: 3)")
    parser.add_argument("--write", action="store_true", help="write the table into tests/bench/README.md")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(_PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(_PARTS)})")
    if args.write and args.parts:
        parser.error("--write is for the whole table")
    if args.install:
        environment.install(args.env)
    peers = environment.installed(args.env)
    if missing := set(environment.VERSIONS) - set(peers):
        print(f"without {' and '.join(sorted(missing))}: --install installs them", file=sys.stderr)
    text = f"{_heading(peers)}\n\n{table(_rows(args, peers))}"
    print(text)
    if args.write:
        page.write(text)


def _rows(args: argparse.Namespace, peers: Mapping[str, str]) -> list[Row]:
    rows: list[Row] = []
    for part in args.parts or _PARTS:
        print(f"measuring {part} …", file=sys.stderr)
        if part == "fetching":
            rows += fetching.measure(peers, environment.python(args.env), feeds=args.feeds, runs=args.runs)
        elif part == "summaries":
            rows += summaries.beside_sumy(("lex-rank", "text-rank", "lsa", "default"))
        else:
            rows += rendering.measure()[:4]
    return rows


def _heading(peers: Mapping[str, str]) -> str:
    of_peers = "".join(f", {name} {version}" for name, version in peers.items())
    return f"{datetime.now(UTC):%-d %B %Y}, Python {platform.python_version()}, {os.cpu_count()} cores{of_peers}:"


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does
    main()
