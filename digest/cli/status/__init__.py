"""``digest status``: next slots, last editions, queue, failing sources, last runs, plots; changes nothing."""

from __future__ import annotations

import argparse

from digest.cli.arguments import load_settings

_EXAMPLES = """\
On a terminal the last 30 days are drawn, by day: fetches, failures and entries of sources; stories, mails, bounces and
subscribers of newsletters. With --json their numbers are in "history" of each newsletter and of "sources".

examples:
  digest status
  digest status --check                   exit code 1 if 'digest run' is not doing its work
  digest status --json | jq .queue
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--check", action="store_true", help="fail if 'digest run' is not doing its work, and say why")
    parser.add_argument("--json", action="store_true", help="print the status as JSON")


def run(args: argparse.Namespace) -> int:
    """Print the status; with ``--check``, return 1 if something is late."""
    import json
    import shutil
    import sys
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.cli.history import DAYS
    from digest.cli.status.formats import as_document, as_lines
    from digest.cli.status.plots import plot_lines
    from digest.jobs.overview import read_overview
    from digest.pipeline.history import read_history
    from digest.store import open_store
    from digest.text.sparkline import levels_for

    settings, now = load_settings(args), datetime.now(UTC)
    with open_store(settings.store.url, read_only=True) as store:
        overview = read_overview(settings, store, now=now)
        with store.read() as conn:
            last_days = read_history(conn, settings, now=now, days=DAYS)
    if args.json:
        print(json.dumps(as_document(overview, last_days), ensure_ascii=False, indent=2))
    elif not args.check:
        print(*as_lines(overview), sep="\n")
        if sys.stdout.isatty():
            columns = shutil.get_terminal_size().columns
            lines = plot_lines(last_days, columns=columns, levels=levels_for(sys.stdout.encoding))
            print(*lines, sep="\n")
    if not args.check:
        return 0
    for problem in overview.problems:
        print_stderr(problem)
    return 1 if overview.problems else 0
