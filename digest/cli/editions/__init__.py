"""``digest editions``: list, show, export, search and resend editions, readers' votes, and drafts for editors."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from digest.cli.arguments import load_settings
from digest.cli.editions.draft_arguments import DRAFT_ACTIONS, configure_draft_actions
from digest.cli.parser import Parser

_EXAMPLES = """\
examples:
  digest editions list                    the newest first, with the outcomes of their deliveries
  digest editions show 12                 as it was sent, in plain text
  digest editions show 12 --recipients    each recipient, with the outcome and the mail server's reply
  digest editions export 12 -o monday.epub      for an e-reader; also .html, .txt and .eml
  digest editions search ferry harbour    stories that have both words, the newest first
  digest editions search '"island ferry"' -n main
  digest editions feedback 12             which of its stories readers found useful
  digest editions feedback -n main        what the votes of 60 days are worth in the ranking, by outlet
  digest editions corrections             quoted sentences that their outlets changed, and what became of each
  digest editions corrections --visits    also each visit of a page, with the reason why it found nothing
  digest editions corrections --hold 3    let no edition report it; --release 3 takes that back
  digest editions resend 12               send again what failed or may have arrived
  digest editions resend 12 reader@example.org
  digest editions resend 12 --again       to all its subscribers, those who have it too
  digest editions draft                   what waits for its editor, with a number for each story
  digest editions drop 3                  leave story 3 out
  digest editions restore 3               have it back in
  digest editions pin 5                   story 5 comes first
  digest editions unpin 5                 no longer
  digest editions move 2 4                story 2 becomes the fourth
  digest editions merge 1 6               one story of the two
  digest editions headline 1 2            the title of the second article of story 1
  digest editions note "Good morning!"    a text of your own on top
  digest editions approve                 send it now
  digest editions reject                  send nothing this time
"""
_ACTIONS = {
    "list": "list the newest editions and the outcomes of their deliveries",
    "show": "show one edition as it was sent, or its recipients",
    "export": "write one edition as EPUB, HTML, text or mail, without a subscriber's links",
    "search": "find published stories by their words",
    "feedback": "show readers' votes on an edition's stories, or by outlet",
    "corrections": "list quoted sentences that their outlets changed since",
    "resend": "send again what failed or may have arrived, or to the given subscribers",
    **DRAFT_ACTIONS,
}


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions(_ACTIONS)
    actions["list"].add_argument("-n", "--newsletter", metavar="ID", help="of one newsletter (default: of all)")
    actions["list"].add_argument("--limit", type=_number, default=20, metavar="N", help="at most N (default: 20)")
    actions["list"].add_argument("--json", action="store_true", help="print them as JSON")
    search_help = "the last may be the beginning of a word; '\"island ferry\"' is a phrase"
    actions["search"].add_argument("words", nargs="+", metavar="WORD", help=search_help)
    actions["search"].add_argument("-n", "--newsletter", metavar="ID", help="of one newsletter (default: of all)")
    actions["search"].add_argument("--limit", type=_number, default=20, metavar="N", help="at most N (default: 20)")
    actions["search"].add_argument("--json", action="store_true", help="print them as JSON")
    for name in ("show", "export", "resend"):
        actions[name].add_argument("id", type=_number, metavar="ID", help="the edition's number, as 'list' shows it")
    actions["show"].add_argument("--html", action="store_true", help="the HTML part instead of the text")
    actions["show"].add_argument("--recipients", action="store_true", help="recipients, outcomes and replies")
    actions["show"].add_argument("--json", action="store_true", help="print it as JSON")
    _configure_export(actions["export"])
    id_help = "an edition's number (default: the outlets of a newsletter)"
    actions["feedback"].add_argument("id", type=_number, nargs="?", metavar="ID", help=id_help)
    actions["feedback"].add_argument("-n", "--newsletter", metavar="ID", help="the newsletter, if there are several")
    actions["feedback"].add_argument("--json", action="store_true", help="print it as JSON")
    _configure_corrections(actions["corrections"])
    actions["resend"].add_argument("addresses", nargs="*", metavar="ADDRESS", help="to these, whatever they got before")
    actions["resend"].add_argument("--again", action="store_true", help="to those who have it, too")
    actions["resend"].add_argument("--dry-run", action="store_true", help="list the recipients; send nothing")
    configure_draft_actions(actions)


def _configure_corrections(parser: Parser) -> None:
    parser.add_argument("--visits", action="store_true", help="also the visits of pages, with their results")
    changes = parser.add_mutually_exclusive_group()
    changes.add_argument("--hold", type=_number, metavar="ID", help="let no edition report this correction")
    changes.add_argument("--release", type=_number, metavar="ID", help="let the next edition report it after all")
    parser.add_argument("--limit", type=_number, default=20, metavar="N", help="at most N of each (default: 20)")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def _configure_export(parser: Parser) -> None:
    parser.add_argument("--format", choices=("epub", "html", "text", "eml"), help="default: by the ending of -o")
    parser.add_argument("-o", "--output", metavar="FILE", help="the file (default: standard output)")


def _number(text: str) -> int:
    """A positive number that a database can hold."""
    if not (text.isascii() and text.isdigit() and len(text) < 20 and 0 < int(text) < 2**63):
        raise argparse.ArgumentTypeError(f"expected a number like 12, found {text[:30]!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Run the action."""
    if args.action == "resend" and not args.dry_run:
        from digest.cli.editions.resend import resend

        return resend(args.id, tuple(args.addresses), load_settings(args), include_sent=args.again)
    if args.action == "export":
        from digest.cli.editions.export import export

        return export(args.id, load_settings(args), format_=args.format, output=args.output)
    if args.action == "corrections" and (args.hold or args.release):
        from digest.cli.editions.corrections import hold_or_release
        from digest.store import open_store

        with open_store(load_settings(args).store.url) as store:
            print(hold_or_release(args, store))
        return 0
    for line in _lines(args):
        print(line)
    return 0


def _lines(args: argparse.Namespace) -> Iterator[str]:
    from digest.store import open_store

    settings = load_settings(args)
    if args.action in DRAFT_ACTIONS:
        from digest.cli.editions.draft import decide_draft, show_draft

        yield from (show_draft if args.action == "draft" else decide_draft)(args, settings)
        return
    with open_store(settings.store.url, read_only=True) as store:
        if args.action == "resend":
            from digest.cli.editions.resend import resend_recipients

            yield from resend_recipients(args.id, tuple(args.addresses), store, include_sent=args.again)
        elif args.action == "search":
            from digest.cli.editions.search import search_stories

            yield from search_stories(args, settings, store)
        elif args.action == "corrections":
            from digest.cli.editions.corrections import list_corrections

            yield from list_corrections(args, settings, store)
        elif args.action == "feedback":
            from digest.cli.editions.feedback import show_feedback

            yield from show_feedback(args, settings, store)
        else:
            from digest.cli.editions import listing

            show_all = args.action == "list"
            yield from listing.list_editions(args, settings, store) if show_all else listing.show_edition(args, store)
