"""``digest db backup``: write a backup of the store into a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.cli.parser import Parser

_EXAMPLES = """\
The backup is the store at one moment, while 'digest run' goes on: an SQLite file with a manifest of its rows. It has
subscribers' addresses and the store's key: only its owner can read it. The settings are not in it. A large PostgreSQL
database is better backed up by pg_dump or the server's own base backups.

examples:
  digest db backup /backups/digest.backup
  digest db backup /backups/digest-$(date +%F).backup       a file for each day
  digest db backup --force /backups/digest.backup           replace the earlier one, once the new one is complete
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to write")
    parser.add_argument("--force", action="store_true", help="replace an earlier backup")
    parser.add_argument("--json", action="store_true", help="print the manifest as JSON")


def run(args: argparse.Namespace) -> int:
    """Write the backup, and say what is in it."""
    from datetime import UTC, datetime

    from digest import __version__
    from digest.cli.progress import store_progress
    from digest.store.backup import back_up

    settings = load_settings(args)
    with store_progress() as progress:
        manifest = back_up(
            settings.store.url,
            args.file,
            at=datetime.now(UTC).replace(microsecond=0),
            program=__version__,
            overwrite=args.force,
            progress=progress,
        )
    if args.json:
        print(manifest.to_json())
    size = args.file.stat().st_size / 1e6
    print(f"{args.file} has the store's {manifest.rows:,} rows, {size:,.1f} MB", file=sys.stderr)
    return 0
