"""One newsletter whose calendar can't be computed stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.types import Publish
from digest.model.audiences import ReadingPreferences
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import make_app
from digest.pipeline.audiences import choose_preferences
from digest.settings import Settings
from digest.store import Store, subscribers
from digest.store.subscribers import NewSubscriber

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"))


def test_a_status_that_is_not_known_silences_only_its_newsletter(store: Store) -> None:
    app = make_app(Settings(newsletters=(replace(MAIN, id="bad"), MAIN)), store=store)
    events: list[tuple[str, object]] = []

    def log(event: str, /, **fields: object) -> None:
        events.append((event, fields["newsletter"]))

    record_missed_slots(app, now=NOON, log=log)
    with store.begin() as conn:
        conn.execute(text("UPDATE slots SET fate = 'of a later version' WHERE newsletter_id = 'bad'"))
    day_after = NOON + timedelta(hours=20)
    record_missed_slots(app, now=day_after, log=log)

    assert events == [("newsletter_failed", "bad")]
    assert [job.newsletter_id for job in due_jobs(app, now=day_after) if isinstance(job, Publish)] == ["main"]


def test_each_audience_has_jobs_of_its_own_and_misses_slots_of_its_own(store: Store) -> None:
    app = make_app(Settings(newsletters=(MAIN,)), store=store)
    wishes, events = ReadingPreferences(frequency="daily 18:00"), list[tuple[str, dict[str, object]]]()
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address="ann@example.org")], "main", at=NOON)
        ann = subscribers.find(conn, "ann@example.org")
        assert ann
        key = choose_preferences(conn, MAIN, ann.id, wishes, at=NOON).key

    def log(event: str, /, **fields: object) -> None:
        events.append((event, fields))

    def published(now: datetime) -> list[tuple[str, str]]:
        record_missed_slots(app, now=now, log=log)
        return [(job.audience, job.slot.key) for job in due_jobs(app, now=now) if isinstance(job, Publish)]

    assert published(NOON) == []
    assert published(NOON + timedelta(hours=7)) == [(key, "2026-06-01")]
    assert published(NOON + timedelta(days=3)) == [("", "2026-06-04")]
    missed = [(fields.get("audience", ""), fields["slot"]) for event, fields in events if event == "slot_missed"]
    assert missed == [("", "2026-06-02"), ("", "2026-06-03"), *((key, f"2026-06-0{day}") for day in (1, 2, 3))]
