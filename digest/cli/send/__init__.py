"""``digest send``: publish the current edition and deliver it now; run again, it sends only what is missing."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from digest.model.newsletters import Newsletter
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest send                             publish the current edition and deliver it, or resume its delivery
  digest send -n main --dry-run           list the recipients; nothing is sent or stored
  digest send --to me@example.org         send a test mail; nothing is stored
  digest send --again                     send a new revision of the edition to everyone
  digest send --wait 10m                  with workers: wait for them no longer than ten minutes
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("-n", "--newsletter", metavar="ID", help="which newsletter (default: the only one)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--to", metavar="ADDRESS", help="send a test mail to ADDRESS only, and store nothing")
    mode.add_argument("--dry-run", action="store_true", help="list the recipients; send nothing")
    parser.add_argument("--again", action="store_true", help="make a new revision of an edition already published")
    parser.add_argument("--no-collect", action="store_true", help="use what was collected before; fetch no source")
    parser.add_argument(
        "--wait",
        type=_duration,
        metavar="TIME",
        help="with workers ([jobs] engine): how long to wait for them, as 10m, or 0s (default: until all is sent)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Send; return 1 while a delivery isn't final."""
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.cli.send.delivery import publish_and_deliver
    from digest.jobs.service import distributed_engine
    from digest.model.errors import UsageError
    from digest.pipeline.newsletter import sender_of
    from digest.settings.types import WEAK_KEY_HINT

    settings = load_settings(args)
    newsletter = settings.newsletter(args.newsletter)
    sender_of(newsletter)  # raises if it has none
    if settings.web.secret_problem:
        print_stderr(settings.web.secret_problem, WEAK_KEY_HINT)
    now = datetime.now(UTC)
    if args.to:
        return _send_test_mail(args, newsletter, settings, now)
    if args.dry_run:
        return _print_dry_run(args, newsletter, settings, now)
    if settings.jobs.engine == "procrastinate":
        with distributed_engine():
            from digest.cli.send.queued import send_through_queue
        return send_through_queue(args, newsletter, settings)
    if args.wait is not None:
        raise UsageError("--wait is for workers, which the settings don't have", hint="see [jobs] engine")
    return publish_and_deliver(args, newsletter, settings, now)


def _duration(text: str) -> timedelta:
    from digest.settings.parsers import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _send_test_mail(args: argparse.Namespace, newsletter: Newsletter, settings: Settings, now: datetime) -> int:
    from digest.cli.send.draft import open_draft
    from digest.model.mailbox import Mailbox
    from digest.pipeline.deliver import send_one

    to = Mailbox.parse(args.to)
    with open_draft(newsletter, settings, now=now, new_revision=args.again, collect=not args.no_collect) as draft:
        send_one(draft.edition, newsletter, to, draft.app, now=now, stories=draft.content)
    if args.json:
        import json

        print(json.dumps({"newsletter": newsletter.id, "slot": draft.slot.key, "to": to.address}, indent=2))
    else:
        print(f"{newsletter.id} {draft.slot.key}: sent a test mail to {to.address}")
    return 0


def _print_dry_run(args: argparse.Namespace, newsletter: Newsletter, settings: Settings, now: datetime) -> int:
    from digest.cli.send.draft import open_draft
    from digest.cli.send.dry_run import dry_run

    with open_draft(newsletter, settings, now=now, new_revision=args.again, collect=not args.no_collect) as draft:
        for line in dry_run(draft, newsletter, as_json=args.json):
            print(line)
    return 0
