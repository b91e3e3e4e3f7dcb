"""One newsletter whose calendar can't be computed stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from digest.jobs.due import due_jobs, record_missed_slots
from digest.jobs.types import Publish
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.app import make_app
from digest.settings import Settings
from digest.store import Store

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
