"""``digest db upgrade``: migrate the store's tables to the current version."""

from __future__ import annotations

import argparse
import sys

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest db upgrade                       the store of the settings
  DIGEST_STORE__URL=postgresql://digest@db.example/digest digest db upgrade
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_actions({"upgrade": "upgrade the store's tables; an SQLite store is upgraded automatically"})


def run(args: argparse.Namespace) -> int:
    """Upgrade, and print the versions before and after."""
    from digest.store import upgrade_store

    settings = load_settings(args)
    before, after = upgrade_store(settings.store.url)
    if not before:
        message = f"created the store's tables, version {after}"
    elif before == after:
        message = f"the store is up to date, version {after}"
    else:
        message = f"upgraded the store from version {before} to {after}"
    print(message, file=sys.stderr)
    return 0
