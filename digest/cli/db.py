"""``digest db upgrade``: bring the store's tables up to date."""

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
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_actions({"upgrade": "bring the store's tables up to date; an SQLite store does so by itself"})


def run(args: argparse.Namespace) -> int:
    """Upgrade, and say from what to what."""
    from digest.store import upgrade_store

    found = load_settings(args)
    before, after = upgrade_store(found.store.url)
    done = {"": f"made the store's tables, version {after}", after: f"the store is up to date, version {after}"}
    print(done.get(before, f"brought the store from version {before} to {after}"), file=sys.stderr)
    return 0
