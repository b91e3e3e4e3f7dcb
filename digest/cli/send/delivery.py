"""Publish the current edition and deliver it, with what is due of earlier editions."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import islice

from digest.cli import FAILED, INTERRUPTED
from digest.cli.errors import print_stderr
from digest.cli.progress import delivery_progress
from digest.cli.send.collect_now import collect_now
from digest.cli.send.draft import print_missing_images, print_plugin_problems
from digest.cli.send.results import print_results
from digest.cli.signals import stop_on_signal
from digest.deliver.retry import MAX_BACKOFF
from digest.jobs.alarm import send_alarms
from digest.model.audiences import AS_PUBLISHED
from digest.model.drafts import DraftState
from digest.model.editions import Delivery, Outcome
from digest.model.errors import DigestError, UsageError
from digest.model.newsletters import Newsletter
from digest.model.protocols import Stop
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.app import App, make_app
from digest.pipeline.approval import approve_by_hand
from digest.pipeline.deliver import deliver_edition
from digest.pipeline.delivery_problem import DeliveryProblem, delivery_problem, find_delivery_problem
from digest.pipeline.outbox import Tally
from digest.pipeline.publish import PublishResult, publish
from digest.pipeline.publish_audiences import AudienceEditions, publish_audiences
from digest.pipeline.stale_sources import stale_sources
from digest.settings import Settings
from digest.store import deliveries, drafts, editions, queue, slots, subscribers
from digest.store.slots import SlotStatus
from digest.text.time_format import utc_time

#: Most addresses whose failed delivery is printed; there may be a million.
_MAX_PRINTED = 10


def publish_and_deliver(args: argparse.Namespace, newsletter: Newsletter, settings: Settings, now: datetime) -> int:
    """Publish and deliver; return 1 while a delivery isn't final, and if an edition reached nobody or is suspected."""
    app = make_app(settings, notify=print_stderr)
    with app.store:
        app.mailer_for(newsletter)  # before anything is published: raises if nothing can be sent
        app.store.check_locks()
        slot, published = _publish(args, newsletter, app, now)
        others = publish_audiences(newsletter, app, slot=slot, now=now, new_revision=args.again)
        edition_ids = [*published.edition_ids, *(id_ for other in others for id_ in other.result.edition_ids)]
        if published.edition_id is None:
            print_nothing_new(newsletter, slot, app)
        with stop_on_signal() as stop:
            if edition_ids:
                _resume_earlier_editions(newsletter, edition_ids, app, stop)
            tallies = {id_: _deliver(id_, app, stop, even_if_waiting=True) for id_ in edition_ids}
        main = AudienceEditions(audience=AS_PUBLISHED, slot=slot, result=published)
        print_results(newsletter, main, others, tallies, as_json=args.json)
        print_undelivered(edition_ids, app)
        problem = find_problem(edition_ids, newsletter, app) if edition_ids else None
    if stop.is_interrupted:
        return INTERRUPTED
    return 0 if all(tally.is_final for tally in tallies.values()) and problem is None else FAILED


def _publish(args: argparse.Namespace, newsletter: Newsletter, app: App, now: datetime) -> tuple[Slot, PublishResult]:
    """Publish the current slot's edition, or find it if it is published; sources are collected first."""
    slot, has_to_publish = slot_to_send(newsletter, app, now=now, new_revision=args.again)
    if has_to_publish and not args.no_collect and (stale := stale_sources(newsletter, app, now=now)):
        collect_now(stale, app, now=now)
    published = publish(newsletter, slot, app, now=now, new_revision=args.again)
    print_plugin_problems(published.plugin_problems)
    print_missing_images(published.missing_images)
    return slot, published


def slot_to_send(newsletter: Newsletter, app: App, *, now: datetime, new_revision: bool) -> tuple[Slot, bool]:
    """The current slot, and whether its edition is still to be made. Raises ``UsageError`` if nobody subscribes.

    A draft that its editor approved is current before its slot; one of the current slot that waits is approved by that.
    """
    slot = approve_by_hand(newsletter, app, now=now)
    with app.store.read() as conn:
        slot = slot or calendar.current_slot(conn, newsletter, now=now)
        is_published = bool(editions.ids_for_audience(conn, newsletter.id, slot))
        has_subscribers = subscribers.has_any(conn, newsletter.id)
    has_to_publish = new_revision or not is_published
    if has_to_publish and not has_subscribers:
        hint = f"add one: digest subscribers add you@example.org -n {newsletter.id}"
        raise UsageError(f"nobody subscribes to {newsletter.id!r} yet", hint=hint)
    return slot, has_to_publish


def print_nothing_new(newsletter: Newsletter, slot: Slot, app: App) -> None:
    """Say why the slot has no edition."""
    with app.store.read() as conn:
        draft = drafts.find(conn, newsletter.id, slot.key)
        is_rejected = slots.status(conn, newsletter.id, slot.key) is SlotStatus.REJECTED
    is_rejected = is_rejected or (draft is not None and draft.state is DraftState.REJECTED)
    if is_rejected:
        message, hint = (
            "its editor rejected it, so nothing is sent",
            "'digest send --again' sends a new one, composed now",
        )
    else:
        message, hint = "nothing new, so nothing is sent", 'set empty = "send" to send it'
    print_stderr(f"{newsletter.id} {slot.key}: {message}", hint)


def _resume_earlier_editions(newsletter: Newsletter, edition_ids: Collection[int], app: App, stop: Stop) -> None:
    """Deliver what is due of the newsletter's other editions."""
    now = datetime.now(UTC)
    with app.store.read() as conn:
        due = queue.editions_due(conn, now=now, beyond=now + 2 * MAX_BACKOFF)
        stored_editions = [editions.get(conn, id_) for id_ in due if id_ not in edition_ids]
    for stored in stored_editions:
        if stored and stored.edition.newsletter_id == newsletter.id:
            _deliver(stored.id, app, stop, even_if_waiting=False)


def _deliver(edition_id: int, app: App, stop: Stop, *, even_if_waiting: bool) -> Tally:
    with delivery_progress(edition_id, app.store):
        return deliver_edition(
            edition_id, app, clock=lambda: datetime.now(UTC), stop=stop, even_if_waiting=even_if_waiting
        )


def find_problem(edition_ids: Sequence[int], newsletter: Newsletter, app: App) -> DeliveryProblem | None:
    """Print and mail that an edition is suspected or reached nobody; the first edition comes before others."""
    with app.store.read() as conn:
        problem = delivery_problem(conn, edition_ids[0]) if len(edition_ids) == 1 else None
        problem = problem or find_delivery_problem(conn, newsletter.id)
    if problem:
        print_stderr(problem.message, problem.hint)
        _mail_operator(newsletter, app)
    return problem


def _mail_operator(newsletter: Newsletter, app: App) -> None:
    """Mail the problem to the operator, once; the mail server may refuse that as well."""
    try:
        for alarm in send_alarms(newsletter, app, now=datetime.now(UTC)):
            print_stderr(f"the operator was mailed: newsletter {alarm.newsletter_id!r} {alarm.subject}")
    except DigestError as error:
        print_stderr(f"the operator could not be mailed: {error}")


def print_undelivered(edition_ids: Sequence[int], app: App) -> None:
    """Print the first addresses whose mail was refused or is still waiting, and why."""
    outcomes = (Outcome.FAILED, Outcome.RETRY, Outcome.UNKNOWN)
    rows: list[Delivery] = []
    with app.store.read() as conn:
        for edition_id in edition_ids:
            more = islice(deliveries.for_edition(conn, edition_id, *outcomes), _MAX_PRINTED + 1 - len(rows))
            rows += more
    for row in rows[:_MAX_PRINTED]:
        next_try = f", next try {utc_time(row.next_try)}" if row.next_try else ""
        print_stderr(f"{row.subscriber.address}: {row.outcome}{next_try}: {row.reply or 'no reply'}")
    if len(rows) > _MAX_PRINTED:
        print_stderr(f"and more: 'digest editions show {rows[-1].edition_id} --recipients' lists them all")
