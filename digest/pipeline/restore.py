"""Completes a restored store: nobody gets a mail again that was sent after the backup, unless that is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.newsletters import Newsletter
from digest.pipeline import calendar
from digest.pipeline.audiences import audiences_of, personalise
from digest.store import restored, runs, slots
from digest.store.keys import store_key
from digest.store.restored import Refusals, TakenOver
from digest.store.slots import SlotStatus

#: The kind of its run in the history.
KIND = "restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What was done to a restored store."""

    #: Mails that waited at the time of the backup, and are held.
    held_mails: int = 0
    #: Newsletter and slot of those that were due since, and count as missed.
    missed_slots: tuple[tuple[str, str], ...] = ()
    #: Mails to people who asked to subscribe, or for something on their page, that waited and are not sent.
    forgotten_requests: int = 0
    #: What was taken over from the store before; None if that couldn't be read, or was another's.
    taken_over: TakenOver | None = None


def complete_restore(
    conn: Connection,
    refusals: Refusals | None,
    newsletters: tuple[Newsletter, ...],
    *,
    at: datetime,
    send_again: bool,
) -> RestoreReport:
    """Complete the restored rows: hold what may have been sent since the backup, and take refusals over.

    With ``send_again`` waiting mails and slots that were due since stay due: the store is restored on purpose to a time
    since which nothing was sent.
    """
    is_same_store = refusals is not None and refusals.key == store_key(conn)
    restored.forget_processes(conn)
    taken_over = restored.apply_refusals(conn, refusals, at=at) if refusals and is_same_store else None
    restored.skip_ids(conn, refusals if is_same_store else None, at=at)
    report = RestoreReport(taken_over=taken_over)
    if not send_again:
        report = RestoreReport(
            taken_over=taken_over,
            held_mails=restored.hold_waiting_mails(conn, at=at),
            forgotten_requests=restored.forget_waiting_requests(conn),
            missed_slots=tuple(slot for newsletter in newsletters for slot in _miss_slots(conn, newsletter, at)),
        )
    run_id = runs.start(conn, KIND, at=at)
    counts = {"held": report.held_mails, "missed": len(report.missed_slots)}
    runs.finish(conn, run_id, "done", at=at, counts=counts)
    return report


def _miss_slots(conn: Connection, newsletter: Newsletter, at: datetime) -> list[tuple[str, str]]:
    """Record the slots of all audiences that are due as missed; return newsletter and slot, each once."""
    keys: dict[str, None] = {}
    for audience in audiences_of(conn, newsletter):
        personal = personalise(newsletter, audience.preferences)
        due = calendar.due_slots(conn, personal, now=at, audience=audience.key)
        for slot in (*due.missed, *filter(None, [due.slot])) if due else ():
            if slots.record_status(conn, newsletter.id, slot, SlotStatus.MISSED, at=at, audience=audience.key):
                keys[slot.key] = None
    return [(newsletter.id, key) for key in sorted(keys)]
