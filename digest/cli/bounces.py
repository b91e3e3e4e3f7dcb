"""``digest bounces``: what comes back, and who gets no more mail for it."""

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
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    places = parser.add_mutually_exclusive_group()
    places.add_argument("--maildir", metavar="DIR", help="read what is new in a Maildir (default: one mail on stdin)")
    places.add_argument("--imap", action="store_true", help="read what is unread in the mailbox of the settings")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON, an object on each line")


def run(args: argparse.Namespace) -> int:
    """Deal with each mail; 0 whatever they were, so that no mail server complains."""
    from datetime import UTC, datetime
    from functools import partial

    from digest.cli.arguments import load_settings
    from digest.pipeline.bounces import process_bounces
    from digest.store import open_store

    found = load_settings(args)
    with open_store(found.store.url) as store:
        for heard in process_bounces(_mails(args, found), store, found, clock=partial(datetime.now, UTC)):
            if args.json:
                print(_as_json(heard), flush=True)
            else:
                print("  ".join(filter(None, (f"{heard.kind:<9}", heard.address, heard.action))), flush=True)
    return 0


def _as_json(mail: ProcessedMail) -> str:
    import json

    fields = {"kind": mail.kind, "address": mail.address, "done": mail.action, "has_changed": mail.has_changed}
    return json.dumps(fields, ensure_ascii=False)


def _mails(args: argparse.Namespace, found: Settings) -> Iterator[bytes]:
    from digest.model.errors import UsageError

    if args.maildir:
        from digest.inbound.maildir import new_mails

        yield from new_mails(Path(args.maildir).expanduser())
    elif args.imap:
        from digest.inbound.imap import unseen_mails

        if not found.bounces.host:
            raise UsageError("no mailbox is set", hint='set [bounces] host = "imap.example.org" in the settings')
        yield from unseen_mails(found.bounces)
    else:
        yield _piped()


def _piped() -> bytes:
    """The mail on stdin. All of it is taken, so that who writes it isn't cut short; the rest is let go."""
    import sys

    from digest.inbound import MAX_MAIL_BYTES
    from digest.model.errors import UsageError

    if sys.stdin.isatty():
        raise UsageError("no mail on stdin", hint="digest bounces < mail.eml, or --maildir, or --imap")
    mail = sys.stdin.buffer.read(MAX_MAIL_BYTES)
    while sys.stdin.buffer.read(65_536):
        pass
    return mail
