"""``digest editions``: what was published, who got it, and sending it again to those who did not."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest editions list                    the newest first, and how their mails stand
  digest editions show 12                 as it was sent, in plain text
  digest editions show 12 --recipients    who got it, who did not, and the server's words
  digest editions resend 12               what failed or is in doubt is sent again
  digest editions resend 12 reader@example.org
"""
_ACTIONS = {
    "list": "the newest editions and how their mails stand",
    "show": "one edition as it was sent, or who got it",
    "resend": "send again what failed or is in doubt, or what these readers want again",
}


def configure(parser: Parser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    made = parser.add_actions(_ACTIONS)
    made["list"].add_argument("-n", "--newsletter", metavar="ID", help="of one newsletter (default: of all)")
    made["list"].add_argument("--limit", type=int, default=20, metavar="N", help="at most N (default: 20)")
    made["list"].add_argument("--json", action="store_true", help="print them as JSON")
    for name in ("show", "resend"):
        made[name].add_argument("id", type=int, metavar="ID", help="the edition's number, as 'list' shows it")
    made["show"].add_argument("--html", action="store_true", help="the HTML part instead of the text")
    made["show"].add_argument("--recipients", action="store_true", help="who got it, who did not, and why")
    made["show"].add_argument("--json", action="store_true", help="print it as JSON")
    made["resend"].add_argument("addresses", nargs="*", metavar="ADDRESS", help="to these readers, whatever they got")
    made["resend"].add_argument("--dry-run", action="store_true", help="say who would get it again; send nothing")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    if args.action == "resend" and not args.dry_run:
        from digest.cli.editions.resend import resend

        return resend(args.id, tuple(args.addresses), load_settings(args))
    for line in _lines(args):
        print(line)
    return 0


def _lines(args: argparse.Namespace) -> Iterator[str]:
    from digest.store import open_store

    found = load_settings(args)
    with open_store(found.store.url, read_only=True) as store:
        if args.action == "resend":
            from digest.cli.editions.resend import who_would_get_it

            yield from who_would_get_it(args.id, tuple(args.addresses), store)
        else:
            from digest.cli.editions import listing

            yield from listing.listed(args, found, store) if args.action == "list" else listing.shown(args, store)
