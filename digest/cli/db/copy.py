"""``digest db copy``: copy the store into another database."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from digest.cli import FAILED
from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.cli.parser import Parser
    from digest.store.copy import TableCopy

_EXAMPLES = """\
Stop 'digest run' before the copy that you will go on with; a copy made before is only brought up to date then.
A password is better kept out of the command: in $PGPASSWORD, or in ~/.pgpass.

examples:
  digest db copy --to postgresql://digest@db.example/digest
  digest db copy --to sqlite:////srv/digest/copy.db
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--to", required=True, metavar="URL", help="an empty database, or an earlier copy")
    parser.add_argument("--json", action="store_true", help="print the tables' rows as JSON")


def run(args: argparse.Namespace) -> int:
    """Copy, compare, and say what to do next."""
    from threading import Event

    from digest.cli.progress import copy_progress
    from digest.model.errors import UsageError
    from digest.pipeline.search import update_index
    from digest.store import open_store
    from digest.store.copy import copy_store, living_senders

    settings = load_settings(args)
    with (
        open_store(settings.store.url, read_only=True) as source,
        open_store(args.to) as target,
        copy_progress() as progress,
    ):
        if source.name == target.name:
            raise UsageError(f"{target.name} is the store itself", hint="name another database with --to")
        copied = copy_store(source, target, progress=progress)
        update_index(target, Event())  # derived from the rows; each database has one of its own kind
        senders, target_name = living_senders(source), target.name
    if args.json:
        _print_json(copied)
    unequal = [table.table for table in copied if not table.is_equal]
    if unequal or senders:
        reason = f"{', '.join(unequal)} changed meanwhile" if unequal else "mails are being sent"
        print(f"The copy is not complete: {reason}. Stop 'digest run', and run this again.", file=sys.stderr)
        return FAILED
    rows, written = sum(table.rows for table in copied), sum(table.written for table in copied)
    print(f"{target_name} has the same {rows} rows; {written} were written now.", file=sys.stderr)
    print(f'To go on with it, set [store] url = "{target_name}"; this store stays as it is.', file=sys.stderr)
    return 0


def _print_json(copied: tuple[TableCopy, ...]) -> None:
    import json
    from dataclasses import asdict

    print(json.dumps([asdict(table) for table in copied], indent=1))
