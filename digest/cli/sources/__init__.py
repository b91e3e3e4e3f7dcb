"""``digest sources``: what the articles come from, and how it is doing."""

from __future__ import annotations

import argparse
import sys

from digest.cli.arguments import find_source, load_settings
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest sources discover https://example.org     what an address leads to; changes nothing
  digest sources add https://example.org          any address: a site, feed, page, file, folder
  digest sources import subscriptions.opml        all feeds of a feed reader's list
  digest sources export > feeds.opml              and back
  digest sources list                             how they are doing
  digest sources show harbour-post
  digest sources remove harbour-post
"""
_ACTIONS = {
    "add": "visit an address and add it to the settings",
    "list": "all sources and how they are doing",
    "show": "one source and its newest articles",
    "remove": "take a source out of the settings; what it brought is kept",
    "import": "add all feeds of an OPML list",
    "export": "print the sources on the web as OPML",
    "discover": "say what an address leads to, and change nothing",
}


def configure(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    each = parser.add_actions(_ACTIONS)
    for name in ("add", "discover"):
        each[name].add_argument("address", metavar="ADDRESS", help="a feed, site or page address, a file or a folder")
    for name in ("add", "discover", "import"):
        each[name].add_argument(
            "--allow", action="append", default=[], metavar="HOST:PORT", help="permit a private address"
        )
    each["add"].add_argument("--id", help="a short name for it (default: made from the address)")
    each["add"].add_argument("--title", default="", help="the name readers see (default: its own)")
    each["add"].add_argument("--section", default="", help="the part of the digest it belongs to")
    each["add"].add_argument("--force", action="store_true", help="add it even if it can't be read now")
    for name in ("show", "remove"):
        each[name].add_argument("id", metavar="ID", help="its id, as 'digest sources list' shows it")
    each["import"].add_argument("file", metavar="FILE", help="an OPML file, or its address")
    for name in ("list", "show", "discover"):
        each[name].add_argument("--json", action="store_true", help="print it as JSON")


def run(args: argparse.Namespace) -> int:
    """Do the action; data on stdout, talk on stderr."""
    from digest.cli.sources import discovery, edit

    actions = {
        "add": edit.add,
        "list": _list,
        "show": _show,
        "remove": edit.remove,
        "import": edit.import_,
        "export": _export,
        "discover": discovery.discover,
    }
    actions[args.action](args)
    return 0


def _list(args: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    from digest.cli.sources.health import as_json, as_table, lines

    known = lines(load_settings(args))
    if args.json:
        print(as_json(known))
    for line in () if args.json else as_table(known, now=datetime.now(UTC)):
        print(line)
    if not known:
        print("there are no sources: digest sources add https://example.org", file=sys.stderr)


def _show(args: argparse.Namespace) -> None:
    from digest.cli.sources.health import details

    found = load_settings(args)
    print(details(find_source(args.id, found.sources), found, as_json=args.json))


def _export(args: argparse.Namespace) -> None:
    from digest.collect.discovery.opml import write_opml

    print(write_opml(load_settings(args).sources, title="Sources"), end="")
