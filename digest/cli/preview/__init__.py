"""``digest preview``: compose and render a digest and show it; change nothing."""

from __future__ import annotations

import argparse
import gc
import os
from datetime import datetime, timedelta
from pathlib import Path

from digest.settings.parsers import parse_duration

_EXAMPLES = """\
examples:
  digest preview                                  the configured newsletter, or the sample if there are no settings
  digest preview https://example.org/feed.xml     a feed, a page, a site
  digest preview articles/ notes.md --open        files and folders, shown in the browser
  digest preview -o digest.html                   the mail as it will look (.html .txt .md .eml .json .epub)
  digest preview --at "2026-03-29 07:00" --explain
  digest preview --for reader@example.org         what this subscriber gets next, and when
"""
FORMATS = ("terminal", "html", "text", "markdown", "eml", "json", "epub")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="a feed, page or site address, an OPML, text, HTML or Markdown file, or a folder of them",
    )
    parser.add_argument("-n", "--newsletter", metavar="ID", help="which configured newsletter (default: the only one)")
    _configure_content(parser)
    _configure_output(parser)


def _configure_content(parser: argparse.ArgumentParser) -> None:
    content = parser.add_argument_group("content")
    content.add_argument(
        "--at", type=_parse_time, metavar="TIME", help='compose as if at "2026-03-29 07:00" (default: now)'
    )
    content.add_argument("--since", type=_parse_age, metavar="AGE", help="how far back to look: 36h, 2d, 1w or all")
    content.add_argument("--fetch", action="store_true", help="fetch the configured sources now; store nothing")
    content.add_argument(
        "--allow",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="permit a private address to the sources there",
    )
    content.add_argument("--stories", type=_parse_count, metavar="N", help="at most N stories (default: 10)")
    content.add_argument(
        "--minutes", type=_parse_count, metavar="N", help="at most N minutes to read (default: no limit)"
    )
    length = content.add_mutually_exclusive_group()
    length.add_argument("--sentences", type=_parse_count, metavar="N", help="sentences in a brief (default: 3)")
    length.add_argument("--words", type=_parse_count, metavar="N", help="words in a brief, at most")
    content.add_argument(
        "--summarizer",
        metavar="NAME",
        help="how sentences are chosen: a name, a plugin, or module:function (default: default)",
    )


def _configure_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("output")
    output.add_argument(
        "--format",
        choices=FORMATS,
        help="default: by the ending of -o, else terminal on a terminal, text elsewhere",
    )
    output.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to FILE instead of the screen")
    output.add_argument("--open", action="store_true", help="open the mail in the browser")
    output.add_argument("--for", dest="recipient", metavar="ADDRESS", help="the next edition of this subscriber")
    output.add_argument(
        "--template",
        metavar="NAME|FOLDER",
        help="briefing, headlines, longread, plain, or a template's folder (default: briefing)",
    )
    output.add_argument("--alert", action="store_true", help="show the alert that would be sent now, if any")
    output.add_argument("--explain", action="store_true", help="show each story's score and the articles left out")
    output.add_argument("--watch", action="store_true", help="show it again whenever a source or template file changes")


def run(args: argparse.Namespace) -> int:
    """Show the preview. Raises ``DigestError``."""
    # Collecting garbage among the imported modules would take a tenth of a preview's time.
    gc.set_threshold(1_000_000)
    from digest.cli.preview.output import PreviewOutput
    from digest.pipeline.preview import PreviewRequest

    changes = {name: getattr(args, name) for name in _OVERRIDES if getattr(args, name) is not None}
    request = PreviewRequest(
        addresses=tuple(args.sources),
        newsletter_id=args.newsletter,
        config=Path(args.config) if args.config else None,
        at=args.at,
        since=args.since,
        fetch=args.fetch,
        allow=tuple(args.allow),
        recipient=args.recipient,
        alert=args.alert,
        changes=changes,
    )
    output = PreviewOutput.choose(
        format_=args.format, output=args.output, browser=args.open, explain=args.explain, recipient=args.recipient
    )
    if args.watch:
        from digest.cli.preview.watch import watch

        watch(request, output, environ=os.environ)
    else:
        output.show(request)
    return 0


#: Options that replace a setting of the newsletter.
_OVERRIDES = ("stories", "minutes", "sentences", "words", "summarizer", "template")


def _parse_time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'{text!r} is not a time; write "2026-03-29 07:00"') from None


def _parse_age(text: str) -> timedelta:
    if text.strip().lower() == "all":
        return timedelta.max
    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}, or all") from None


def _parse_count(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 up")
    return number
