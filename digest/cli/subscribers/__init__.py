"""``digest subscribers``: who reads what."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from digest.cli.parser import Parser

if TYPE_CHECKING:
    from digest.model import Newsletter
    from digest.model.mailbox import Mailbox
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest subscribers add office@example.org "Press Office <press@example.org>"
  digest subscribers import readers.csv -n weekly        a column 'email'; all others are kept too
  digest subscribers list
  digest subscribers remove reader@example.org
  digest subscribers export > readers.csv
"""
_ACTIONS = {
    "add": "subscribe an address",
    "list": "who reads a newsletter",
    "remove": "end an address's subscription; what is waiting for it is not sent",
    "import": "subscribe everyone in a CSV file",
    "export": "print the readers as CSV",
}


def configure(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    each = parser.add_actions(_ACTIONS)
    for name in ("add", "remove"):
        each[name].add_argument("addresses", metavar="ADDRESS", nargs="+", help="name@example.org")
    each["add"].add_argument("--name", default="", help="the reader's name")
    each["add"].add_argument("--again", action="store_true", help="send to it again although it bounced or complained")
    each["import"].add_argument("file", metavar="FILE", help="a CSV file; '-' for stdin")
    for name, command in each.items():
        default = "all of them" if name == "remove" else "the only one"
        command.add_argument("-n", "--newsletter", metavar="ID", help=f"which newsletter (default: {default})")
    for name in ("list", "import"):
        each[name].add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the action; data on stdout, talk on stderr."""
    actions = {"add": _add, "list": _list, "remove": _remove, "import": _import, "export": _export}
    return actions[args.action](args)


def _add(args: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.store import open_store, subscribers
    from digest.store.subscribers import NewSubscriber

    (found, newsletter), mailboxes = _chosen(args), _mailboxes(args)
    addresses = [mailbox.address for mailbox in mailboxes]
    newcomers = [NewSubscriber(address=mailbox.address, name=args.name or mailbox.name) for mailbox in mailboxes]
    with open_store(found.store.url) as store, store.begin() as conn:
        for address in addresses if args.again else ():
            subscribers.unsuppress(conn, address)
        fresh = subscribers.add(conn, newcomers, newsletter.id, at=datetime.now(UTC))
        silent = subscribers.suppression_reasons(conn, addresses)
    for address in addresses:
        print(address) if address in fresh else print_stderr(f"{address} reads {newsletter.id} already")
    for address, reason in silent.items():
        print_stderr(f"{address} gets no mail: {reason}", "if it should again, add it with --again")
    return 0


def _remove(args: argparse.Namespace) -> int:
    """1 if one of them read nothing."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.settings.select import newsletter_of
    from digest.store import open_store, subscribers

    found = _settings(args)
    newsletter_id = newsletter_of(found, args.newsletter).id if args.newsletter else None
    addresses = [mailbox.address for mailbox in _mailboxes(args)]
    with open_store(found.store.url) as store, store.begin() as conn:
        now = datetime.now(UTC)
        missing = [
            address for address in addresses if not subscribers.unsubscribe(conn, address, newsletter_id, at=now)
        ]
    hint = "'digest subscribers list' lists those who do"
    for address in missing:
        print_stderr(f"{address} does not subscribe to {newsletter_id or 'anything'}", hint)
    return 1 if missing else 0


def _list(args: argparse.Namespace) -> int:
    from itertools import chain

    from digest.cli.subscribers import listing
    from digest.store import open_store, subscribers

    found, newsletter = _chosen(args)
    show = listing.as_json if args.json else listing.as_table
    with open_store(found.store.url, read_only=True) as store, store.read() as conn:
        known = subscribers.list_subscriptions(conn, newsletter.id)
        first = next(known, None)
        for line in show(chain([first], known) if first else ()):
            print(line)
    if first is None:
        print(f"nobody reads {newsletter.id}: digest subscribers add name@example.org", file=sys.stderr)
    return 0


def _export(args: argparse.Namespace) -> int:
    from digest.cli.subscribers import listing
    from digest.store import open_store, subscribers

    found, newsletter = _chosen(args)
    with open_store(found.store.url, read_only=True) as store, store.read() as conn:
        columns = listing.columns(subscribers.list_subscriptions(conn, newsletter.id))
        for line in listing.as_csv(subscribers.list_subscriptions(conn, newsletter.id), columns):
            print(line)
        silent = sum(bool(reader.suppressed) for reader in subscribers.list_subscriptions(conn, newsletter.id))
    if silent:
        print(f"{silent} left out: they get no mail ('digest subscribers list' says why)", file=sys.stderr)
    return 0


def _import(args: argparse.Namespace) -> int:
    """1 if there is nothing in the file but refused lines."""
    from digest.cli.subscribers.importing import enrol, opened
    from digest.store import open_store

    found, newsletter = _chosen(args)
    with opened(args.file) as file, open_store(found.store.url) as store:
        enrolled = enrol(file, store, newsletter.id, as_json=args.json)
    return 1 if enrolled.refused and not enrolled.taken else 0


def _mailboxes(args: argparse.Namespace) -> list[Mailbox]:
    """The addresses named; raises ``UsageError`` for the first that is none, before anything is changed."""
    from digest.model.errors import UsageError
    from digest.model.mailbox import AddressError, Mailbox

    try:
        return [Mailbox.parse(address) for address in args.addresses]
    except AddressError as error:
        raise UsageError(str(error)) from error


def _settings(args: argparse.Namespace) -> Settings:
    from digest.cli.arguments import load_settings

    return load_settings(args)


def _chosen(args: argparse.Namespace) -> tuple[Settings, Newsletter]:
    from digest.settings.select import newsletter_of

    found = _settings(args)
    return found, newsletter_of(found, args.newsletter)
