"""``digest subscribers``: add, list, set, remove, import and export the subscribers of a newsletter."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

if TYPE_CHECKING:
    from digest.model.mailbox import Mailbox
    from digest.model.newsletters import Newsletter
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest subscribers add office@example.org "Press Office <press@example.org>"
  digest subscribers import readers.csv -n weekly        a column 'email'; other columns are preferences
  digest subscribers import mailchimp.csv                an export of another system: who left there stays out
  digest subscribers list
  digest subscribers show reader@example.org --json      everything that is stored about an address
  digest subscribers set reader@example.org --frequency "weekly mon 08:00" --timezone America/New_York
  digest subscribers set reader@example.org --topics "climate, energy" --mute herald --pause-until 2026-03-29
  digest subscribers set my-reader@kindle.com --attach epub
  digest subscribers move reader@example.org reader@example.net
  digest subscribers remove reader@example.org
  digest subscribers remove --erase reader@example.org   only a hash remains, so that no import adds it again
  digest subscribers export > readers.csv
"""
_ACTIONS = {
    "add": "subscribe addresses",
    "list": "list the subscribers of a newsletter",
    "show": "print everything that is stored about an address",
    "set": "change a subscriber's frequency, zone, topics, muted sources, alerts, attachment or pause",
    "move": "send an address's newsletters to another one; two subscribers become one",
    "remove": "unsubscribe addresses for good; mails waiting for them are not sent",
    "import": "subscribe everyone in a CSV file who hasn't left",
    "export": "print the subscribers as CSV",
}


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions(_ACTIONS)
    for name in ("add", "remove"):
        actions[name].add_argument("addresses", metavar="ADDRESS", nargs="+", help="name@example.org")
    actions["add"].add_argument("--name", default="", help="the subscriber's name")
    actions["add"].add_argument("--again", action="store_true", help="send again to an address that is suppressed")
    actions["remove"].add_argument(
        "--erase", action="store_true", help="delete all data about them too, from every newsletter"
    )
    for name in ("add", "import"):
        actions[name].add_argument(
            "--resubscribe", action="store_true", help="subscribe those too who left the newsletter or were removed"
        )
    actions["import"].add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
    actions["import"].add_argument("file", metavar="FILE", help="a CSV file; '-' for stdin")
    actions["move"].add_argument("old", metavar="OLD", help="the present address")
    actions["move"].add_argument("new", metavar="NEW", help="the other address, which nobody is asked about")
    actions["show"].add_argument("address", metavar="ADDRESS", help="name@example.org")
    for name, action in actions.items():
        if name in {"move", "show"}:
            continue
        default = "all of them" if name == "remove" else "the only one"
        action.add_argument("-n", "--newsletter", metavar="ID", help=f"which newsletter (default: {default})")
    for name in ("list", "show", "import"):
        actions[name].add_argument("--json", action="store_true", help="print the result as JSON")
    _configure_set(actions["set"])


def _configure_set(parser: Parser) -> None:
    parser.add_argument("address", metavar="ADDRESS", help="of a subscriber")
    help_text = "how often and when: 'weekly mon 08:00', 'daily 18:00', or 'as published'"
    parser.add_argument("--frequency", metavar="SCHEDULE", help=help_text)
    parser.add_argument("--timezone", metavar="ZONE", help="Europe/Berlin; '' for the newsletter's own")
    parser.add_argument("--topics", metavar="TOPICS", help="only stories about one of these, with commas between")
    parser.add_argument("--mute", action="append", default=[], metavar="SOURCE", help="leave out this source")
    parser.add_argument("--unmute", action="append", default=[], metavar="SOURCE", help="no longer leave it out")
    alerts_help = "whether alerts come between the editions"
    parser.add_argument("--alerts", choices=("on", "off", "as published"), help=alerts_help)
    attach_help = "attach each edition as a file for an e-reader; for all newsletters"
    parser.add_argument("--attach", choices=("epub", "none"), help=attach_help)
    pause = parser.add_mutually_exclusive_group()
    pause.add_argument("--pause-until", metavar="DATE", help="send nothing before this date: 2026-03-29")
    pause.add_argument("--resume", action="store_true", help="end the pause")


def run(args: argparse.Namespace) -> int:
    """Run the action."""
    from digest.cli.subscribers.move import move
    from digest.cli.subscribers.show import show

    changes = {"add": _add, "set": _set, "move": move, "remove": _remove, "import": _import}
    actions = changes | {"list": _list, "show": show, "export": _export}
    return actions[args.action](args)


def _add(args: argparse.Namespace) -> int:
    """Subscribe; return 1 if one of the addresses was left out."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.cli.subscribers.import_file import print_former_subscribers
    from digest.pipeline.manage_subscribers import add_subscribers
    from digest.store import open_store
    from digest.store.subscribers import NewSubscriber

    (settings, newsletter), mailboxes = _settings_and_newsletter(args), _parse_addresses(args)
    addresses = [mailbox.address for mailbox in mailboxes]
    new = [NewSubscriber(address=mailbox.address, name=args.name or mailbox.name) for mailbox in mailboxes]
    with open_store(settings.store.url) as store, store.begin() as conn:
        result = add_subscribers(
            conn, new, newsletter.id, now=datetime.now(UTC), resubscribe=args.resubscribe, again=args.again
        )
    for address in addresses:
        if address in result.added:
            print(address)
        elif address not in result.left_out:
            print_stderr(f"{address} already subscribes to {newsletter.id}")
    print_former_subscribers(result.left_out, newsletter.id)
    for address, reason in result.suppressed.items():
        print_stderr(f"{address} gets no mail: {reason}", "to send to it again, add it with --again")
    return 1 if result.left_out else 0


def _set(args: argparse.Namespace) -> int:
    from digest.cli.subscribers.set_preferences import set_preferences

    return set_preferences(args, *_settings_and_newsletter(args))


def _remove(args: argparse.Namespace) -> int:
    """Unsubscribe; return 1 if one of the addresses subscribed to nothing."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.pipeline.manage_subscribers import remove_subscriber
    from digest.store import open_store

    if args.erase:
        return _erase(args)
    settings = load_settings(args)
    newsletter_id = settings.newsletter(args.newsletter).id if args.newsletter else None
    addresses = [mailbox.address for mailbox in _parse_addresses(args)]
    with open_store(settings.store.url) as store, store.begin() as conn:
        now = datetime.now(UTC)
        missing = [address for address in addresses if not remove_subscriber(conn, address, newsletter_id, now=now)]
    hint = "'digest subscribers list' lists those who do"
    for address in missing:
        print_stderr(f"{address} does not subscribe to {newsletter_id or 'anything'}", hint)
    return 1 if missing else 0


def _erase(args: argparse.Namespace) -> int:
    """Unsubscribe and delete data; return 1 if nothing is stored about one of the addresses."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.model.errors import UsageError
    from digest.store import erasure, open_store

    if args.newsletter:
        raise UsageError("--erase deletes the data of all newsletters", hint="use it without -n")
    settings, mailboxes = load_settings(args), _parse_addresses(args)
    with open_store(settings.store.url) as store:
        with store.begin() as conn:
            now = datetime.now(UTC)
            missing = [mailbox.address for mailbox in mailboxes if not erasure.erase(conn, mailbox.address, at=now)]
        store.scrub()
    for address in missing:
        print_stderr(f"nothing is stored about {address}")
    return 1 if missing else 0


def _list(args: argparse.Namespace) -> int:
    from itertools import chain

    from digest.cli.subscribers import listing
    from digest.store import open_store, subscription_list

    settings, newsletter = _settings_and_newsletter(args)
    as_lines = listing.as_json if args.json else listing.as_table
    with open_store(settings.store.url, read_only=True) as store:
        subscriptions = chain(
            subscription_list.stream_subscriptions(store, newsletter.id),
            subscription_list.stream_pending(store, newsletter.id),
        )
        first = next(subscriptions, None)
        for line in as_lines(chain([first], subscriptions) if first else (), newsletter):
            print(line)
    if first is None:
        print(f"nobody subscribes to {newsletter.id}: digest subscribers add name@example.org", file=sys.stderr)
    return 0


def _export(args: argparse.Namespace) -> int:
    from digest.cli.subscribers import listing
    from digest.store import audiences, open_store, subscription_list

    settings, newsletter = _settings_and_newsletter(args)
    with open_store(settings.store.url, read_only=True) as store:
        with store.read() as conn:
            preferences_for = newsletter if audiences.has_any(conn, newsletter.id) else None
        columns, suppressed = listing.survey(subscription_list.stream_subscriptions(store, newsletter.id))
        subscriptions = subscription_list.stream_subscriptions(store, newsletter.id)
        for line in listing.as_csv(subscriptions, columns, preferences_for=preferences_for):
            print(line)
    if suppressed:
        print(f"{suppressed} left out: they get no mail ('digest subscribers list' says why)", file=sys.stderr)
    return 0


def _import(args: argparse.Namespace) -> int:
    """Import; return 1 if every line of the file was refused."""
    from digest.cli.subscribers.import_file import ImportOptions, import_subscribers, open_file
    from digest.store import open_store

    settings, newsletter = _settings_and_newsletter(args)
    options = ImportOptions(as_json=args.json, resubscribe=args.resubscribe, dry_run=args.dry_run)
    with open_file(args.file) as file, open_store(settings.store.url, read_only=args.dry_run) as store:
        counts = import_subscribers(file, store, options, newsletter=newsletter, settings=settings)
    return 1 if counts.refused and not counts.has_read_any else 0


def _parse_addresses(args: argparse.Namespace) -> list[Mailbox]:
    """Parse all addresses before anything is changed. Raises ``UsageError`` for the first that is wrong."""
    from digest.model.errors import UsageError
    from digest.model.mailbox import AddressError, Mailbox

    try:
        return [Mailbox.parse(address) for address in args.addresses]
    except AddressError as error:
        raise UsageError(str(error)) from error


def _settings_and_newsletter(args: argparse.Namespace) -> tuple[Settings, Newsletter]:

    settings = load_settings(args)
    return settings, settings.newsletter(args.newsletter)
