"""The next edition of a subscriber, composed ahead, is byte for byte the one that is then sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.audiences import ReadingPreferences
from digest.model.errors import UsageError
from digest.pipeline.newsletter import render_options
from digest.pipeline.subscriber_edition import compose_for, find_next_edition
from digest.render import render
from digest.store import deliveries, editions, subscribers
from tests.support.audience_days import DAY, HOUR, START, Days, running_days

EVENING = ReadingPreferences(frequency="daily 18:00")
MORNING_IN_TOKYO = ReadingPreferences(timezone="Asia/Tokyo", topics=("climate",))


def shown_ahead(days: Days, name: str) -> tuple[str, str]:
    """The slot and HTML of the subscriber's next edition."""
    with days.store.read() as conn:
        upcoming = find_next_edition(conn, days.newsletter, f"{name}@example.org", days.app, now=days.now)
    digest = compose_for(upcoming, days.app, now=days.now)
    return upcoming.slot.key, render(digest, render_options(upcoming.newsletter, days.app.settings)).html


def sent_last(days: Days, name: str) -> tuple[str, str]:
    with days.store.read() as conn:
        for summary in editions.summaries(conn, "main"):
            if any(row.subscriber.id == days.ids[name] for row in deliveries.for_edition(conn, summary.id)):
                stored = editions.get(conn, summary.id)
                assert stored
                return stored.edition.slot.key, stored.edition.html
    return "", ""


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        pytest.param("ann", 7, id="as published"),
        pytest.param("bo", 18, id="has long had an audience"),
        pytest.param("cy", 18, id="came from another audience"),
        pytest.param("dee", 22, id="another zone and topics"),
        pytest.param("eve", 7, id="came back to as published"),
    ],
)
def test_what_is_shown_at_the_slot_is_what_is_sent(name: str, hour: int) -> None:
    with running_days() as days:
        days.subscribe("ann", "bo", "cy", "dee", "eve")
        days.choose("bo", EVENING)
        days.choose("eve", EVENING)
        days.choose("dee", MORNING_IN_TOKYO)
        days.pass_time(43, article_every=5)
        days.write(about="Climate")
        days.choose("cy", EVENING)
        days.choose("eve", ReadingPreferences())
        while days.now.hour != hour - 1:
            days.pass_time(1, article_every=5)
        days.now += HOUR
        ahead = shown_ahead(days, name)
        days.publish_due()

        assert sent_last(days, name) == ahead


def test_a_slot_within_a_pause_or_of_a_date_with_a_mail_is_passed_over() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.pass_time(8, article_every=5)
        days.choose("ann", EVENING)
        assert shown_ahead(days, "ann")[0] == "2026-06-02"
        days.pause("bo", START + 5 * DAY)
        assert shown_ahead(days, "bo")[0] == "2026-06-06"


def test_whoever_does_not_subscribe_has_no_next_edition() -> None:
    with running_days() as days:
        days.subscribe("ann")
        with days.store.begin() as conn:
            subscribers.unsubscribe(conn, "ann@example.org", at=days.now + timedelta(hours=1))
        with pytest.raises(UsageError, match="does not subscribe to main"):
            shown_ahead(days, "ann")
        with pytest.raises(UsageError, match="no subscriber has the address"):
            shown_ahead(days, "nobody")
