"""Subscribers as an operator looks for them, in both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.editions import Outcome
from digest.store import Store, audiences, deliveries, editions, erasure, subscriber_search, subscribers
from digest.store.subscriber_search import SearchState
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

DAY = timedelta(days=1)
PEOPLE = ("Ann Smith", "ann@harbour.example"), ("", "bob_50%@harbour.example"), ("Zoë", "ZOE@island.example")


@pytest.fixture
def filled(store: Store) -> Store:
    with store.begin() as conn:
        for days, (name, address) in enumerate(PEOPLE):
            new = [NewSubscriber(address=address, name=name)]
            subscribers.add(conn, new, "main", at=NOON + days * DAY)
        subscribers.add(conn, [NewSubscriber(address="ann@harbour.example")], "weekly", at=NOON)
        subscribers.suppress(conn, "bob_50%@harbour.example", "bounced", at=NOON)
    return store


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("ANN", ["ann@harbour.example"]),
        ("smith", ["ann@harbour.example"]),
        ("island", ["ZOE@island.example"]),
        ("harbour", ["ann@harbour.example", "bob_50%@harbour.example"]),
        ("_", ["bob_50%@harbour.example"]),
        ("%", ["bob_50%@harbour.example"]),
        ("nobody", []),
    ],
)
def test_one_is_found_by_a_part_of_address_or_name(text: str, addresses: list[str], filled: Store) -> None:
    with filled.read() as conn:
        assert [found.address for found in subscriber_search.search(conn, text, now=NOON, limit=10)] == addresses


def test_newest_come_first_with_their_newsletters(filled: Store) -> None:
    with filled.read() as conn:
        newest = subscriber_search.newest(conn, limit=3)

    assert [found.address for found in newest] == [address for _, address in reversed(PEOPLE)]
    assert newest[-1].newsletter_ids == ("main", "weekly")
    assert newest[1].suppressed == "bounced"


def test_numbers_are_counted_by_newsletter(filled: Store) -> None:
    with filled.read() as conn:
        assert subscriber_search.counts(conn) == {"main": (2, 1), "weekly": (1, 0)}


def test_a_subscribers_mails_and_departures_are_listed(filled: Store) -> None:
    with filled.begin() as conn:
        edition_id, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, edition_id, host="news.example", at=NOON)
        subscriber = subscribers.find(conn, "ann@harbour.example")
        assert subscriber
        subscribers.unsubscribe(conn, subscriber.address, "weekly", at=NOON)
        (mail,) = subscriber_search.past_deliveries(conn, subscriber.id, limit=5)

        assert (mail.edition_id, mail.subject, mail.outcome) == (edition_id, "Harbour opens again", Outcome.PENDING)
        assert subscriber_search.departures(conn, subscriber.id) == {"weekly": (NOON, "unsubscribed")}


def test_an_erased_one_is_found_no_more(filled: Store) -> None:
    with filled.begin() as conn:
        subscriber = subscribers.find(conn, "ann@harbour.example")
        assert subscriber
        erasure.erase(conn, "ann@harbour.example", at=NOON)

        assert subscriber_search.get(conn, subscriber.id) is None
        assert len(subscriber_search.newest(conn, limit=9)) == 2
        assert subscriber_search.search(conn, "erased", now=NOON, limit=9) == ()


@pytest.mark.parametrize(
    ("newsletter_id", "state", "names"),
    [
        ("", None, ["ann", "bob", "zoe"]),
        ("weekly", None, ["ann"]),
        ("", SearchState.ACTIVE, ["ann"]),
        ("", SearchState.PAUSED, ["zoe"]),
        ("weekly", SearchState.PAUSED, []),
        ("", SearchState.SUPPRESSED, ["bob"]),
        ("weekly", SearchState.SUPPRESSED, []),
        ("", SearchState.NONE, []),
        ("weekly", SearchState.NONE, ["bob", "zoe"]),
    ],
)
def test_a_search_is_narrowed_by_newsletter_and_state(
    newsletter_id: str, state: SearchState | None, names: list[str], filled: Store
) -> None:
    with filled.begin() as conn:
        zoe = subscribers.find(conn, "zoe@island.example")
        assert zoe
        audiences.pause(conn, "main", zoe.id, NOON + DAY)
        found = subscriber_search.search(conn, "", now=NOON, limit=9, newsletter_id=newsletter_id, state=state)

    assert [subscriber.address[:3].lower() for subscriber in found] == names
