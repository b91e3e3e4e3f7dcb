"""``digest send``: publish the current edition and deliver it now; again and again, until everyone has it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from digest.cli import FAILED, INTERRUPTED
from digest.cli.arguments import load_settings
from digest.text.time_format import utc_time

if TYPE_CHECKING:
    from datetime import datetime

    from digest.model import Newsletter, Slot
    from digest.pipeline.app import App
    from digest.pipeline.outbox import Stop, Tally
    from digest.pipeline.publish import PublishResult
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest send                             publish the current edition and deliver it, or resume its delivery
  digest send -n main --dry-run           say who would get what; nothing leaves, nothing is kept
  digest send --to me@example.org         a test mail, of which nothing remembers anything
  digest send --again                     a new revision of the edition, to everyone
"""
#: Addresses that are named; there may be a million.
_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("-n", "--newsletter", metavar="ID", help="which newsletter (default: the only one)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--to", metavar="ADDRESS", help="send a test mail to ADDRESS only, and remember nothing")
    how.add_argument("--dry-run", action="store_true", help="say who would get what; send nothing")
    parser.add_argument("--again", action="store_true", help="make a new revision of an edition that is out")
    parser.add_argument("--no-collect", action="store_true", help="make it of what was collected; visit no source")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")


def run(args: argparse.Namespace) -> int:
    """Send; 1 while a delivery isn't final."""
    from datetime import UTC, datetime

    from digest.pipeline.newsletter import sender_of
    from digest.settings.select import newsletter_of

    found = load_settings(args)
    newsletter = newsletter_of(found, args.newsletter)
    sender_of(newsletter)
    now = datetime.now(UTC)
    if args.to:
        return _test(args, newsletter, found, now)
    if args.dry_run:
        return _rehearse(args, newsletter, found, now)
    return _send(args, newsletter, found, now)


# --- for real ----------------------------------------------------------------------------------------------------


def _send(args: argparse.Namespace, newsletter: Newsletter, found: Settings, now: datetime) -> int:
    from digest.cli.errors import print_stderr
    from digest.cli.signals import stop_on_signal
    from digest.pipeline.app import make_app

    app = make_app(found, tell=print_stderr)
    with app.store:
        app.mailer()  # nothing is published that can't be sent
        slot, made = _published(args, newsletter, app, now)
        if made.edition_id is None:
            print_stderr(
                f"{newsletter.id} {slot.key}: nothing new, so nothing is sent", 'set empty = "send" to send it'
            )
            _print(newsletter, slot, made, tally=None, as_json=args.json)
            return 0
        with stop_on_signal() as stop:
            _resume_earlier(newsletter, made.edition_id, app, stop)
            tally = _delivered(made.edition_id, app, stop, even_if_waiting=True)
        _print(newsletter, slot, made, tally=tally, as_json=args.json)
        _say_who_got_none(made.edition_id, app)
    if stop.is_interrupted:
        return INTERRUPTED
    return 0 if tally.is_final else FAILED


def _published(args: argparse.Namespace, newsletter: Newsletter, app: App, now: datetime) -> tuple[Slot, PublishResult]:
    from digest.cli.send.draft import say_missing, stale_sources, visited
    from digest.model.errors import UsageError
    from digest.pipeline import calendar
    from digest.pipeline.publish import publish
    from digest.store import editions, subscribers

    with app.store.read() as conn:
        slot = calendar.current(conn, newsletter, now=now)
        is_out = editions.find(conn, newsletter.id, slot) is not None
        has_readers = next(subscribers.for_newsletter(conn, newsletter.id), None) is not None
    if args.again or not is_out:
        if not has_readers:
            hint = f"add one: digest subscribers add you@example.org -n {newsletter.id}"
            raise UsageError(f"nobody subscribes to {newsletter.id!r} yet", hint=hint)
        if not args.no_collect and (stale := stale_sources(newsletter, app, now=now)):
            visited(stale, app, now=now)
    made = publish(newsletter, slot, app, now=now, again=args.again)
    say_missing(made.missing)
    return slot, made


def _resume_earlier(newsletter: Newsletter, edition_id: int, app: App, stop: Stop) -> None:
    """What waits of the newsletter's other editions is tried too, if its time has come: nobody is missed."""
    from datetime import UTC, datetime

    from digest.deliver.retry import LONGEST_WAIT
    from digest.store import editions, queue

    now = datetime.now(UTC)
    with app.store.read() as conn:
        due = queue.editions_due(conn, now=now, beyond=now + 2 * LONGEST_WAIT)
        found = [editions.get(conn, id_) for id_ in due if id_ != edition_id]
    for other in found:
        if other and other.edition.newsletter_id == newsletter.id:
            _delivered(other.id, app, stop, even_if_waiting=False)


def _delivered(edition_id: int, app: App, stop: Stop, *, even_if_waiting: bool) -> Tally:
    from datetime import UTC, datetime

    from digest.cli.progress import delivery_progress
    from digest.pipeline.deliver import post

    def clock() -> datetime:
        return datetime.now(UTC)

    with delivery_progress(edition_id, app.store):
        return post(edition_id, app, clock=clock, stop=stop, even_if_waiting=even_if_waiting)


def _print(newsletter: Newsletter, slot: Slot, made: PublishResult, *, tally: Tally | None, as_json: bool) -> None:
    counts = {str(outcome): count for outcome, count in sorted(tally.counts.items()) if count} if tally else {}
    if as_json:
        import json

        document = {
            "newsletter": newsletter.id,
            "slot": slot.key,
            "edition": made.edition_id,
            "is_new": made.is_new,
            "counts": counts,
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
    elif made.edition_id is not None:
        stand = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "nobody subscribes"
        print(f"{newsletter.id} {slot.key} (edition {made.edition_id}): {stand}")


def _say_who_got_none(edition_id: int, app: App) -> None:
    """Some of those whose mail was refused or waits, and why."""
    from itertools import islice

    from digest.cli.errors import print_stderr
    from digest.model import Outcome
    from digest.store import deliveries

    with app.store.read() as conn:
        none = (Outcome.FAILED, Outcome.RETRY, Outcome.UNKNOWN)
        found = list(islice(deliveries.for_edition(conn, edition_id, *none), _SHOWN + 1))
    for row in found[:_SHOWN]:
        when = f", again from {utc_time(row.next_try)}" if row.next_try else ""
        print_stderr(f"{row.subscriber.address}: {row.outcome}{when}: {row.reply or 'no reply'}")
    if len(found) > _SHOWN:
        print_stderr(f"and more: 'digest editions show {edition_id} --recipients' lists them all")


# --- without a trace ---------------------------------------------------------------------------------------------


def _test(args: argparse.Namespace, newsletter: Newsletter, found: Settings, now: datetime) -> int:
    from digest.cli.send.draft import drafted
    from digest.model.mailbox import Mailbox
    from digest.pipeline.deliver import post_one

    to = Mailbox.parse(args.to)
    with drafted(newsletter, found, now=now, again=args.again, visit=not args.no_collect) as draft:
        post_one(draft.edition, newsletter, to, draft.app, now=now)
    if args.json:
        import json

        print(json.dumps({"newsletter": newsletter.id, "slot": draft.slot.key, "to": to.address}, indent=2))
    else:
        print(f"{newsletter.id} {draft.slot.key}: a test mail went to {to.address}")
    return 0


def _rehearse(args: argparse.Namespace, newsletter: Newsletter, found: Settings, now: datetime) -> int:
    from digest.cli.send.draft import drafted
    from digest.cli.send.dry_run import rehearsal

    with drafted(newsletter, found, now=now, again=args.again, visit=not args.no_collect) as draft:
        for line in rehearsal(draft, newsletter, as_json=args.json):
            print(line)
    return 0
