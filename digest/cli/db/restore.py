"""``digest db restore``: put a backup in the place of the store."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings
from digest.text.time_format import utc_time

if TYPE_CHECKING:
    from digest.cli.parser import Parser
    from digest.pipeline.restore import RestoreReport
    from digest.store.backup_file import Manifest

#: Missed slots of a newsletter that are listed one by one.
_MAX_SLOTS = 3
_EXAMPLES = """\
Stop 'digest run', 'serve' and 'worker' first. The backup is read and compared with its manifest; the store of now is
kept. What was due since the backup counts as sent: mails that waited then are held, and editions that were due since
are missed, unless --send-again. If the store of now can be read, people who unsubscribed, were suppressed or were
erased since stay so.

examples:
  digest db restore /backups/digest.backup
  digest db restore --verify /backups/digest.backup         read it, and change nothing
  digest db restore --send-again /backups/digest.backup     nothing was sent since the backup was made
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that 'digest db backup' made")
    parser.add_argument("--send-again", action="store_true", help="leave due what was due since the backup")
    parser.add_argument("--verify", action="store_true", help="only check the backup")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(args: argparse.Namespace) -> int:
    """Check the backup, restore it, and say what that means."""
    from threading import Event

    from digest import __version__
    from digest.cli.progress import store_progress
    from digest.pipeline.restore import complete_restore
    from digest.pipeline.search import update_index
    from digest.store import open_store
    from digest.store.backup_file import verify
    from digest.store.restore import Request, restore

    settings, now = load_settings(args), datetime.now(UTC).replace(microsecond=0)
    url = settings.store.direct_url or settings.store.url
    with store_progress() as progress:
        manifest = verify(args.file, progress)
        if args.verify:
            print(f"{args.file} is sound: {_describe(manifest)}", file=sys.stderr)
            return 0
        request = Request(file=args.file, made=manifest.made, at=now, program=__version__)
        result = restore(
            url,
            request,
            lambda conn, refusals: complete_restore(
                conn, refusals, settings.newsletters, at=now, send_again=args.send_again
            ),
            progress,
        )
        with open_store(url) as store:
            update_index(store, Event())  # derived from the rows; PostgreSQL has one of its own kind
    if args.json:
        _print_json(result.before, result.settled, manifest)
    for line in _lines(args.file, manifest, result.before, result.settled):
        print(line, file=sys.stderr)
    return 0


def _describe(manifest: Manifest) -> str:
    version = f"schema version {manifest.schema}, by digest {manifest.program}"
    return f"{manifest.rows:,} rows of {utc_time(manifest.made)}, {version}"


def _lines(file: Path, manifest: Manifest, before: Path | None, report: RestoreReport) -> Iterator[str]:
    """What was done, and what the operator has to know."""
    yield f"restored {file}: {_describe(manifest)}"
    if before:
        yield f"the store of before is {before}"
    if report.held_mails:
        yield f"held: {report.held_mails} mails that waited then; see 'digest editions list', and 'resend' to send them"
    if report.forgotten_requests:
        yield f"{report.forgotten_requests} mails that ask for a confirmation are not sent: people can ask again"
    if report.missed_slots:
        slots = _describe_slots(report.missed_slots)
        yield f"missed: {slots}, due since the backup; what came in since is in the next edition"
    if (taken := report.taken_over) is not None:
        people = f"{taken.unsubscribed} unsubscribed, {taken.suppressed} suppressed, {taken.erased} erased"
        yield f"taken over from the store of before: {people}"
    else:
        yield (
            f"LOST: who unsubscribed, complained or was erased since {utc_time(manifest.made)} gets mail again. Before"
            " 'digest run', look through the unsubscribe mails and bounces since (those marked unread are read again),"
            " the web server's log for /unsubscribe/, and your notes: 'digest subscribers remove ADDRESS'"
        )
    yield "also gone: subscribers, wishes, votes and editions since; operators have to log in again"


def _describe_slots(missed: Sequence[tuple[str, str]]) -> str:
    """``main 2026-03-28, main 2026-03-29``, or with more of a newsletter the first, the last and their number."""
    keys: dict[str, list[str]] = {}
    for newsletter, key in missed:
        keys.setdefault(newsletter, []).append(key)
    return ", ".join(
        f"{newsletter} {slots[0]} to {slots[-1]} ({len(slots)} slots)"
        if len(slots) > _MAX_SLOTS
        else ", ".join(f"{newsletter} {key}" for key in slots)
        for newsletter, slots in keys.items()
    )


def _print_json(before: Path | None, report: RestoreReport, manifest: Manifest) -> None:
    import json
    from dataclasses import asdict

    values = {
        "made": manifest.made.isoformat(),
        "rows": manifest.rows,
        "before": str(before) if before else None,
        **asdict(report),
    }
    print(json.dumps(values, indent=1))
