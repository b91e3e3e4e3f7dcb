"""History of newsletters and sources by day."""

from __future__ import annotations

from datetime import timedelta

from digest.model.editions import Outcome
from digest.pipeline.history import read_newsletter_days, read_source_days
from digest.store import Store, daily_counts, editions, source_history, stories, subscribers
from digest.store.source_history import Fetch
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, article, brief, edition

DAY = timedelta(days=1)


def test_every_day_is_there_and_the_subscribers_of_each_are_known(store: Store) -> None:
    people = [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(5)]
    with store.begin() as conn:
        subscribers.add(conn, people[:4], "main", at=NOON - 3 * DAY)
        subscribers.add(conn, people[4:], "main", at=NOON - DAY)
        for person in people[:2]:
            subscribers.unsubscribe(conn, person.address, "main", at=NOON - DAY)
        subscribers.suppress(conn, people[2].address, "it bounces", at=NOON)
        daily_counts.add(conn, {("main", daily_counts.delivery(Outcome.SENT)): 3}, at=NOON)
        days = read_newsletter_days(conn, "main", now=NOON, days=5)

    assert [day.day for day in days] == [NOON.date() - age * DAY for age in (4, 3, 2, 1, 0)]
    assert [day.subscribers for day in days] == [0, 4, 4, 3, 3]
    assert [(day.joined, day.left, day.suppressed) for day in days] == [
        (0, 0, 0),
        (4, 0, 0),
        (0, 0, 0),
        (1, 2, 0),
        (0, 0, 1),
    ]
    assert [dict(day.deliveries) for day in days[-2:]] == [{}, {Outcome.SENT: 3}]


def test_days_of_a_source_without_a_fetch_are_there(store: Store) -> None:
    with store.begin() as conn:
        source_history.record(conn, [Fetch(source_id="a", entries=2)], at=NOON - DAY)
        histories = read_source_days(conn, ["a", "b"], now=NOON, days=3)

    assert [day.entries for day in histories["a"]] == [0, 2, 0]
    assert [day.day for day in histories["b"]] == [NOON.date() - age * DAY for age in (2, 1, 0)]


def test_stories_are_counted_once_for_a_slot_however_many_editions_it_has(store: Store) -> None:
    briefs = [brief(article(str(number))) for number in range(2)]
    with store.begin() as conn:
        for audience, count in (("", 1), ("weekly", 2)):
            edition_id, _ = editions.add(conn, edition(audience=audience), at=NOON - DAY)
            stories.add(conn, edition_id, briefs[:count])
        days = read_newsletter_days(conn, "main", now=NOON, days=3)

    assert [day.stories for day in days] == [0, 2, 0]
