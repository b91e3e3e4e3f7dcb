"""``digest bounces``: process bounces, complaints and unsubscribe mails from stdin, a Maildir or IMAP; review."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.parser import Parser

if TYPE_CHECKING:
    from digest.pipeline.processed_mail import ProcessedMail
    from digest.settings import Settings
    from digest.store import Store
    from digest.store.unread_mails import UnreadMail

#: At most this many unread mails are listed.
_MAX_LISTED = 20

_REVIEW = "list suppressions that were held back, since a server refused too many subscribers at once"
_EXAMPLES = """\
examples:
  digest bounces < returned.eml
  digest bounces --maildir ~/Maildir/.bounces
  digest bounces --imap                          the mailbox named in [bounces] of the settings
  digest bounces review                          what was held back, since too many were refused at once
  digest bounces review --readmit                the mail server was at fault: send to these subscribers again
"""


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    _configure_review(parser.add_subcommands({"review": _REVIEW}, dest="action")["review"])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--maildir", metavar="DIR", help="read the new mails of a Maildir (default: one mail on stdin)")
    source.add_argument(
        "--imap",
        action="store_true",
        help="read the unread mails of the mailbox in the settings; mails that are none of yours stay unread",
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON, an object on each line")


def _configure_review(parser: Parser) -> None:
    parser.add_argument("-n", "--newsletter", metavar="ID", help="of one newsletter (default: of all)")
    decision = parser.add_mutually_exclusive_group()
    decision.add_argument(
        "--readmit", action="store_true", help="the server was at fault: suppress nobody, and send failed mails again"
    )
    decision.add_argument(
        "--confirm", action="store_true", help="the addresses are really gone: suppress them, and send on to the others"
    )
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print the list as JSON")


def run(args: argparse.Namespace) -> int:
    """Process each mail; return 0 whatever it was, so that no mail server returns it."""
    from digest.cli.arguments import load_settings
    from digest.store import open_store

    settings = load_settings(args)
    if args.action == "review":
        from digest.cli.bounces.review import review

        return review(args, settings)
    with open_store(settings.store.url) as store:
        if args.imap:
            _process_mailbox(args, settings, store)
        else:
            _process_mails(args, settings, store)
    return 0


def _process_mails(args: argparse.Namespace, settings: Settings, store: Store) -> None:
    """Process the mail on stdin, or the new mails of a Maildir."""
    from datetime import UTC, datetime
    from functools import partial

    from digest.deliver.bounces.classify import MailKind
    from digest.pipeline.bounces import process_bounces

    has_requests = False
    for mail in process_bounces(_mails(args), store, settings, clock=partial(datetime.now, UTC)):
        _print_mail(args, mail)
        _log_exception(mail)
        has_requests |= mail.kind is MailKind.SUBSCRIBE
    if has_requests:
        _send_confirmations(settings, store)


def _process_mailbox(args: argparse.Namespace, settings: Settings, store: Store) -> None:
    """Process the mailbox of the settings, and list its mails that stay unread."""
    from datetime import UTC, datetime
    from functools import partial

    from digest.cli.errors import print_stderr
    from digest.model.errors import UsageError
    from digest.pipeline.bounce_mailbox import process_mailbox
    from digest.store import unread_mails

    if not settings.bounces.host:
        raise UsageError("no mailbox is set", hint='set [bounces] host = "imap.example.org" in the settings')
    started = datetime.now(UTC)
    for mail in process_mailbox(store, settings, clock=partial(datetime.now, UTC), notify=print_stderr):
        _print_mail(args, mail, left_unread=not mail.is_ours)
        _log_exception(mail)
    _send_confirmations(settings, store)
    with store.read() as conn:
        total, unread = unread_mails.count(conn), unread_mails.recent(conn, limit=_MAX_LISTED)
    for unread_mail in unread:
        if unread_mail.seen < started:  # the others are listed above
            _print_unread(args, unread_mail)
    if total > len(unread):
        print_stderr(f"{total} unread mails in the mailbox are none of ours")


def _send_confirmations(settings: Settings, store: Store) -> None:
    """Ask those for a confirmation who subscribe by mail; what can't be sent now waits."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.pipeline.app import make_app
    from digest.pipeline.confirmation_mail import send_confirmations
    from digest.render.page_templates import PageTemplates

    app = make_app(settings, store=store)
    for reason in send_confirmations(app, PageTemplates(settings), now=datetime.now(UTC)):
        print_stderr(f"a confirmation mail was not sent, and waits: {reason}")


def _log_exception(mail: ProcessedMail) -> None:
    from digest.cli.errors import log_tracebacks

    log_tracebacks([(mail.subject or mail.sender, mail.exception)] if mail.exception else [])


def _print_mail(args: argparse.Namespace, mail: ProcessedMail, *, left_unread: bool = False) -> None:
    action = mail.action + ("; left unread" if left_unread else "")
    fields = {"kind": mail.kind, "address": mail.address, "done": action, "has_changed": mail.has_changed}
    if left_unread:
        fields |= {"from": mail.sender, "subject": mail.subject}
        _print_line(args, fields, f"{mail.kind:<9}", mail.sender, _quoted(mail.subject), action)
    else:
        _print_line(args, fields, f"{mail.kind:<9}", mail.address, action)


def _print_unread(args: argparse.Namespace, mail: UnreadMail) -> None:
    from digest.text.time_format import iso_utc, utc_time

    fields = {"kind": "unread", "from": mail.sender, "subject": mail.subject, "since": iso_utc(mail.seen)}
    fields |= {"mailbox": mail.mailbox, "detail": mail.detail}
    note = f"left to you since {utc_time(mail.seen)}: {mail.detail}"
    _print_line(args, fields, "unread   ", mail.sender, _quoted(mail.subject), note)


def _quoted(subject: str) -> str:
    return f"“{subject}”" if subject else "without a subject"


def _print_line(args: argparse.Namespace, fields: Mapping[str, object], *words: str) -> None:
    import json

    print(json.dumps(fields, ensure_ascii=False) if args.json else "  ".join(filter(None, words)), flush=True)


def _mails(args: argparse.Namespace) -> Iterator[bytes]:
    if args.maildir:
        from digest.inbound.maildir import new_mails

        yield from new_mails(Path(args.maildir).expanduser())
    else:
        yield _read_stdin()


#: Bytes of a mail on stdin; larger ones exist only where they have no end.
_MAX_DISCARDED = 200_000_000


def _read_stdin() -> bytes:
    """Read the mail on stdin, at most ``MAX_MAIL_BYTES``; discard the rest, so that the writer gets no error."""
    import sys

    from digest.inbound import MAX_MAIL_BYTES
    from digest.model.errors import UsageError

    if sys.stdin.isatty():
        raise UsageError("no mail on stdin", hint="digest bounces < mail.eml, or --maildir, or --imap")
    mail = sys.stdin.buffer.read(MAX_MAIL_BYTES)
    for _ in range(_MAX_DISCARDED // 65_536):
        if not sys.stdin.buffer.read(65_536):
            break
    return mail
