"""``digest sources``: add, list, show, remove, import, export and discover sources; allow and refuse senders."""

from __future__ import annotations

import argparse
import sys

from digest.cli.arguments import find_source, load_settings
from digest.cli.errors import print_stderr
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest sources discover https://example.org     find the feed or articles of an address; changes nothing
  digest sources add https://example.org          any address: a site, feed, page, file, folder
  digest sources add imaps://me@mail.example.org/Newsletters --sender news@example.org
  digest sources import subscriptions.opml        all feeds of a feed reader's list
  digest sources export > feeds.opml              and back
  digest sources list                             with the state of each
  digest sources show harbour-post                of mails: also senders, and requests to confirm a subscription
  digest sources allow inbox news@example.org     read this sender's mails, also those that waited
  digest sources refuse inbox @example.org        leave those of a whole domain unread
  digest sources remove harbour-post
"""
_ACTIONS = {
    "add": "fetch an address and add it to the settings",
    "list": "list the sources and their states",
    "show": "show one source, its last 30 days and its newest articles",
    "remove": "remove a source from the settings; its articles are kept",
    "import": "add all feeds of an OPML list",
    "export": "print the sources on the web as OPML",
    "allow": "read the mails of a sender, if its signature is verified",
    "refuse": "leave a sender's mails unread",
    "discover": "find the feed or articles of an address, and change nothing",
}


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions(_ACTIONS)
    for name in ("add", "discover"):
        actions[name].add_argument(
            "address", metavar="ADDRESS", help="a feed, site, page or mailbox address, a file or a folder"
        )
        actions[name].add_argument("--password-file", metavar="FILE", help="a mailbox's password (default: asked for)")
    for name in ("add", "discover", "import"):
        actions[name].add_argument(
            "--allow",
            action="append",
            default=[],
            metavar="HOST:PORT",
            help="permit a private address to the sources there",
        )
    actions["add"].add_argument("--id", help="a short name for it (default: made from the address)")
    actions["add"].add_argument("--title", default="", help="the name subscribers see (default: its own)")
    actions["add"].add_argument("--section", default="", help="the section of the digest its stories belong to")
    actions["add"].add_argument(
        "--sender", action="append", default=[], metavar="SENDER", help="read this sender's mails; may be repeated"
    )
    actions["add"].add_argument("--force", action="store_true", help="add it even if it can't be read now")
    for name in ("show", "remove", "allow", "refuse"):
        actions[name].add_argument("id", metavar="ID", help="its id, as 'digest sources list' shows it")
    for name in ("allow", "refuse"):
        actions[name].add_argument(
            "senders", metavar="SENDER", nargs="+", help="an address, or @example.org for all of a domain"
        )
    actions["import"].add_argument("file", metavar="FILE", help="an OPML file, or its address")
    actions["export"].add_argument(
        "--with-passwords", action="store_true", help="keep passwords in addresses (default: left out)"
    )
    for name in ("list", "show", "discover"):
        actions[name].add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Run the action."""
    from digest.cli.sources import discovery, edit, senders

    actions = {
        "add": edit.add,
        "list": _list,
        "show": _show,
        "remove": edit.remove,
        "import": edit.import_opml,
        "export": _export,
        "allow": senders.allow,
        "refuse": senders.refuse,
        "discover": discovery.discover,
    }
    actions[args.action](args)
    return 0


def _list(args: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    from digest.cli.sources.health import as_json, as_table, read_states

    states = read_states(load_settings(args))
    if args.json:
        print(as_json(states))
    else:
        for line in as_table(states, now=datetime.now(UTC)):
            print(line)
    if not states:
        print("there are no sources: digest sources add https://example.org", file=sys.stderr)


def _show(args: argparse.Namespace) -> None:
    from digest.cli.sources.health import details

    settings = load_settings(args)
    print(details(find_source(args.id, settings.sources), settings, as_json=args.json))


def _export(args: argparse.Namespace) -> None:
    from digest.collect.discovery.opml import write_opml

    sources = load_settings(args).sources
    print(write_opml(sources, title="Sources", with_passwords=args.with_passwords), end="")
    private = [source for source in sources if source.url and source.url != source.address]
    if private and not args.with_passwords:
        names = ", ".join(source.id for source in private)
        print_stderr(f"exported without their passwords: {names}", "--with-passwords exports these too")
