"""``digest bounces``: process bounces, complaints and unsubscribe mails from stdin, a Maildir or IMAP."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.pipeline.bounces import ProcessedMail
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest bounces < returned.eml
  digest bounces --maildir ~/Maildir/.bounces
  digest bounces --imap                          the mailbox named in [bounces] of the settings
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--maildir", metavar="DIR", help="read the new mails of a Maildir (default: one mail on stdin)")
    source.add_argument("--imap", action="store_true", help="read the unread mails of the mailbox in the settings")
    parser.add_argument("--json", action="store_true", help="print the results as JSON, an object on each line")


def run(args: argparse.Namespace) -> int:
    """Process each mail; return 0 whatever it was, so that no mail server returns it."""
    from datetime import UTC, datetime
    from functools import partial

    from digest.cli.arguments import load_settings
    from digest.pipeline.bounces import process_bounces
    from digest.store import open_store

    settings = load_settings(args)
    with open_store(settings.store.url) as store:
        for mail in process_bounces(_mails(args, settings), store, settings, clock=partial(datetime.now, UTC)):
            if args.json:
                print(_as_json(mail), flush=True)
            else:
                print("  ".join(filter(None, (f"{mail.kind:<9}", mail.address, mail.action))), flush=True)
    return 0


def _as_json(mail: ProcessedMail) -> str:
    import json

    fields = {"kind": mail.kind, "address": mail.address, "done": mail.action, "has_changed": mail.has_changed}
    return json.dumps(fields, ensure_ascii=False)


def _mails(args: argparse.Namespace, settings: Settings) -> Iterator[bytes]:
    from digest.model.errors import UsageError

    if args.maildir:
        from digest.inbound.maildir import new_mails

        yield from new_mails(Path(args.maildir).expanduser())
    elif args.imap:
        from digest.inbound.imap import unseen_mails

        if not settings.bounces.host:
            raise UsageError("no mailbox is set", hint='set [bounces] host = "imap.example.org" in the settings')
        yield from unseen_mails(settings.bounces)
    else:
        yield _read_stdin()


def _read_stdin() -> bytes:
    """Read the mail on stdin, at most ``MAX_MAIL_BYTES``; discard the rest, so that the writer gets no error."""
    import sys

    from digest.inbound import MAX_MAIL_BYTES
    from digest.model.errors import UsageError

    if sys.stdin.isatty():
        raise UsageError("no mail on stdin", hint="digest bounces < mail.eml, or --maildir, or --imap")
    mail = sys.stdin.buffer.read(MAX_MAIL_BYTES)
    while sys.stdin.buffer.read(65_536):
        pass
    return mail
