"""``digest db``: upgrade, copy, back up, restore and check the store."""

from __future__ import annotations

import argparse
import sys

from digest.cli.arguments import load_settings
from digest.cli.db import backup, check, copy, restore
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest db backup /backups/digest.backup   while it runs
  digest db check                           is the store sound?
  digest db restore /backups/digest.backup  the store of now is kept
  digest db upgrade                         the store of the settings
  DIGEST_STORE__URL=postgresql://digest@db.example/digest digest db upgrade
  digest db copy --to postgresql://digest@db.example/digest
"""
_ACTIONS = {
    "upgrade": "upgrade the store's tables; an SQLite store is upgraded automatically",
    "copy": "copy the store into another database, SQLite or PostgreSQL, and compare them",
    "backup": "write a backup of the store into a file, while it is in use",
    "restore": "put a backup in the place of the store, which is kept",
    "check": "look for damage and contradictions in the store; change nothing",
}


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions(_ACTIONS)
    for name, module in {"copy": copy, "backup": backup, "restore": restore, "check": check}.items():
        module.configure(actions[name])


def run(args: argparse.Namespace) -> int:
    """Do the action; return the exit code."""
    run_action = {
        "upgrade": _upgrade,
        "copy": copy.run,
        "backup": backup.run,
        "restore": restore.run,
        "check": check.run,
    }[args.action]
    return run_action(args)


def _upgrade(args: argparse.Namespace) -> int:
    """Upgrade, and print the versions before and after; index stories of an earlier version for search."""
    from threading import Event

    from digest.pipeline.search import update_index
    from digest.store import open_store, upgrade_store

    settings = load_settings(args)
    has_queue = settings.jobs.engine == "procrastinate"
    before, after = upgrade_store(settings.store.url, with_queue=has_queue)
    with open_store(settings.store.url) as store:
        indexed = update_index(store, Event())
    if not before:
        message = f"created the store's tables, version {after}"
    elif before == after:
        message = f"the store is up to date, version {after}"
    else:
        message = f"upgraded the store from version {before} to {after}"
    print(message + (", with its queue of jobs" if has_queue else ""), file=sys.stderr)
    if indexed:
        print(f"indexed {indexed} published stories for search", file=sys.stderr)
    return 0
