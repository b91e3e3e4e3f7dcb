"""``digest db check``: look for damage and contradictions in the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from digest.cli import FAILED
from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.cli.check.findings import Finding
    from digest.cli.parser import Parser
    from digest.settings import Settings

_EXAMPLES = """\
It reads every row, in one transaction: minutes for a large store. What of a PostgreSQL database's files is damaged,
the server's own pg_amcheck tells.

examples:
  digest db check
  digest db check --json | jq '.[] | select(.state == "bad")'
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Print every finding; return 1 if one of them is bad."""
    from digest.cli.check import print_findings
    from digest.cli.progress import store_progress

    settings = load_settings(args)
    with store_progress() as progress:
        progress("checking the store")
        findings = [*_findings(settings)]
    print_findings(findings, as_json=args.json)
    sys.stdout.flush()
    return FAILED if any(finding.state == "bad" for finding in findings) else 0


def _findings(settings: Settings) -> Iterator[Finding]:
    from digest.cli.check.findings import bad, from_error, note, ok
    from digest.model.errors import DigestError
    from digest.store import open_store
    from digest.store.consistency import find_problems
    from digest.store.schema import CURRENT_VERSIONS
    from digest.store.url import store_file

    is_sound = True
    file = store_file(settings.store.url)
    if file and not file.exists():
        yield note("store", f"there is no store {file} yet", "'digest collect' makes one")
    if file and (part := file.with_name(f"{file.name}.restoring")).exists():
        yield note("store", f"a restore was interrupted: {part} is left of it", "restore again, or delete it")
    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            for problem in find_problems(conn):
                is_sound = False
                yield (bad if problem.is_bad else note)(problem.topic, problem.message, problem.hint)
            name = store.name
    except DigestError as error:
        yield from_error("store", error)
        return
    if is_sound:
        yield ok("store", f"{name}: schema version {CURRENT_VERSIONS.head}, nothing contradicts")
