"""Publishing on request: the editions of audiences with wishes of their own, beside the newsletter as published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.audiences import Audience
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.app import App
from digest.pipeline.audiences import personalise
from digest.pipeline.publish import OnFreeze, PublishResult, publish
from digest.store import audiences

#: Whoever publishes by hand or by cron may be late.
_NO_LIMIT = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceEditions:
    """A slot of an audience, and what became of it."""

    audience: Audience
    slot: Slot
    result: PublishResult


def publish_audiences(
    newsletter: Newsletter,
    app: App,
    *,
    slot: Slot,
    now: datetime,
    new_revision: bool = False,
    newest_edition: int | None = None,
    on_freeze: OnFreeze | None = None,
) -> tuple[AudienceEditions, ...]:
    """Publish, for each audience with wishes of its own, the newest slot that is due.

    Audiences with the newsletter's own schedule get ``slot``, which is published for all others; of that alone a new
    revision may be made.
    """
    published: list[AudienceEditions] = []
    with app.store.read() as conn:
        in_use = audiences.in_use(conn, newsletter.id)
    for audience in in_use:
        personal = personalise(newsletter, audience.preferences)
        is_usual = (personal.schedule, personal.timezone) == (newsletter.schedule, newsletter.timezone)
        with app.store.read() as conn:
            due = slot if is_usual else _due(conn, personal, audience, now=now)
        if due is not None:
            result = publish(
                newsletter,
                due,
                app,
                now=now,
                audience=audience,
                new_revision=new_revision and is_usual,
                newest_edition=newest_edition,
                on_freeze=on_freeze,
            )
            published.append(AudienceEditions(audience=audience, slot=due, result=result))
    return tuple(published)


def _due(conn: Connection, personal: Newsletter, audience: Audience, *, now: datetime) -> Slot | None:
    due = calendar.due_slots(conn, replace(personal, catch_up=_NO_LIMIT), now=now, audience=audience.key)
    return due.slot if due else None
