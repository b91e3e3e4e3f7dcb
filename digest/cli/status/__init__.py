"""``digest status``: what comes next, what went out, what waits, and what is broken; changes nothing."""

from __future__ import annotations

import argparse

from digest.cli.arguments import load_settings

_EXAMPLES = """\
examples:
  digest status
  digest status --check                   nothing but 1 or 0: is 'digest run' doing its work?
  digest status --json | jq .queue
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--check", action="store_true", help="fail if 'digest run' doesn't do its work, and say why")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Print where everything stands; with ``--check``, 1 if something is late."""
    import json
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.cli.status.as_json import document
    from digest.cli.status.output import lines
    from digest.cli.status.overview import overview
    from digest.store import open_store

    found = load_settings(args)
    with open_store(found.store.url, read_only=True) as store:
        seen = overview(found, store, now=datetime.now(UTC))
    problems = [*seen.problems]
    if args.json:
        print(json.dumps(document(seen, problems), ensure_ascii=False, indent=2))
    elif not args.check:
        print(*lines(seen), sep="\n")
    if args.check:
        for problem in problems:
            print_stderr(problem)
    return 1 if args.check and problems else 0
