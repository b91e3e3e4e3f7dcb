"""Subscribers and subscriptions, on each kind of database."""

from __future__ import annotations

import warnings

import pytest

from digest.model.editions import Outcome
from digest.store import Store, deliveries, editions, subscribers, subscription_list
from digest.store.ledger import open_ledger
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition


def add(store: Store, *addresses: str, newsletter: str = "main") -> tuple[str, ...]:
    with store.begin() as conn:
        new = [NewSubscriber(address=address) for address in addresses]
        return subscribers.add(conn, new, newsletter, at=NOON).added


def readers(store: Store, newsletter: str = "main") -> list[str]:
    with store.read() as conn:
        return [subscriber.address for subscriber in subscribers.for_newsletter(conn, newsletter)]


def test_a_subscription_is_added_once(store: Store) -> None:
    assert add(store, "press@harbour.example", "office@harbour.example") == (
        "press@harbour.example",
        "office@harbour.example",
    )
    assert add(store, "office@harbour.example") == ()
    assert readers(store) == ["office@harbour.example", "press@harbour.example"]


@pytest.mark.parametrize(
    "spelling",
    ["Press@Harbour.example", "  press@harbour.example ", "PRESS@HARBOUR.EXAMPLE"],
    ids=["capitals", "spaces", "all capitals"],
)
def test_addresses_that_differ_in_case_or_spaces_are_the_same_subscriber(store: Store, spelling: str) -> None:
    assert add(store, "press@harbour.example", spelling) == ("press@harbour.example",)
    assert add(store, spelling) == ()
    assert readers(store) == ["press@harbour.example"]


def test_a_stream_stopped_early_leaves_no_cursor_open(store: Store) -> None:
    add(store, "press@harbour.example", "office@harbour.example")

    with warnings.catch_warnings(record=True, action="always") as warned, store.read() as conn:
        first = next(subscribers.for_newsletter(conn, "main"))

    assert first.address == "office@harbour.example"
    assert warned == []


def test_accents_and_case_folded_characters_are_different_subscribers(store: Store) -> None:
    assert len(add(store, "straße@harbour.example", "strasse@harbour.example")) == 2
    assert add(store, "stra\u00dfe@harbour.example", "STRASSE@harbour.example") == ()


def test_composed_and_decomposed_accents_are_the_same_subscriber(store: Store) -> None:
    assert len(add(store, "caf\u00e9@harbour.example", "cafe\u0301@harbour.example")) == 1


def test_a_subscriber_may_have_two_newsletters(store: Store) -> None:
    add(store, "press@harbour.example")
    assert add(store, "press@harbour.example", newsletter="other") == ("press@harbour.example",)
    assert readers(store) == readers(store, "other") == ["press@harbour.example"]


def test_a_subscriber_is_read_back_unchanged_and_adding_again_keeps_it(store: Store) -> None:
    full = NewSubscriber(address="Press@harbour.example", name="Preßstelle", preferences={"zone": "Europe/Berlin"})
    with store.begin() as conn:
        subscribers.add(conn, [full], "main", at=NOON)
        subscribers.add(conn, [NewSubscriber(address="press@harbour.example", name="Other")], "main", at=NOON)
        subscriber = subscribers.find(conn, "PRESS@harbour.example")
        assert subscribers.find(conn, "nobody@harbour.example") is None

    assert subscriber is not None
    assert (subscriber.address, subscriber.name, subscriber.preferences) == (full.address, full.name, full.preferences)


def test_an_unsubscribed_address_has_no_subscription_and_unsubscribing_again_is_no_error(store: Store) -> None:
    add(store, "press@harbour.example", "office@harbour.example")
    with store.begin() as conn:
        assert subscribers.unsubscribe(conn, "PRESS@harbour.example", at=NOON)
        assert not subscribers.unsubscribe(conn, "press@harbour.example", at=NOON)
        assert not subscribers.unsubscribe(conn, "nobody@harbour.example", at=NOON)
    assert readers(store) == ["office@harbour.example"]


def test_unsubscribing_from_a_newsletter_keeps_other_subscriptions(store: Store) -> None:
    add(store, "press@harbour.example")
    add(store, "press@harbour.example", newsletter="other")
    with store.begin() as conn:
        subscribers.unsubscribe(conn, "press@harbour.example", "main", at=NOON)
    assert (readers(store), readers(store, "other")) == ([], ["press@harbour.example"])


def test_unsubscribing_suppresses_waiting_mails(store: Store) -> None:
    add(store, "press@harbour.example", "office@harbour.example")
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
        subscribers.unsubscribe(conn, "press@harbour.example", "main", at=NOON)
        counted = deliveries.counts(conn, id_)

    with open_ledger(store, "me") as ledger:
        claimed = ledger.claim(id_, now=NOON, limit=9)
    assert [delivery.subscriber.address for delivery in claimed] == ["office@harbour.example"]
    assert counted == {Outcome.PENDING: 1, Outcome.SUPPRESSED: 1}


def test_unsubscribing_suppresses_claimed_mails(store: Store) -> None:
    add(store, "press@harbour.example")
    with store.begin() as conn:
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
    with open_ledger(store, "me") as ledger:
        (held,) = ledger.claim(id_, now=NOON, limit=9)
        with store.begin() as conn:
            subscribers.unsubscribe(conn, "press@harbour.example", at=NOON)
        assert ledger.settle([], [held.id], at=NOON) == frozenset()
    with store.begin() as conn:
        deliveries.release_sender(conn, "me", now=NOON)
        deliveries.make_due_now(conn, id_, now=NOON)
    with open_ledger(store, "other") as ledger:
        assert ledger.claim(id_, now=NOON, limit=9) == ()


def test_a_suppressed_address_gets_a_suppressed_ledger_row(store: Store) -> None:
    add(store, "press@harbour.example", "office@harbour.example")
    with store.begin() as conn:
        subscribers.suppress(conn, "Press@harbour.example", "no such user", at=NOON)
        id_, _ = editions.add(conn, edition(), at=NOON)
        assert deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON) == 2
        (row,) = deliveries.for_edition(conn, id_, Outcome.SUPPRESSED)

    assert (row.subscriber.address, row.reply, row.next_try) == ("press@harbour.example", "no such user", None)


def test_many_subscribers_are_added_at_once(store: Store) -> None:
    many = [f"reader{number:04}@harbour.example" for number in range(1201)]
    assert add(store, *many) == tuple(many)
    assert add(store, *many) == ()
    assert readers(store) == many


def test_subscriptions_have_their_start_and_suppression(store: Store) -> None:
    add(store, "press@harbour.example", "office@harbour.example")
    add(store, "mill@harbour.example", newsletter="other")
    with store.begin() as conn:
        subscribers.suppress(conn, "PRESS@harbour.example", "no such user", at=NOON)
        rows = [
            (reader.subscriber.address, reader.since, reader.suppressed)
            for reader in subscription_list.list_subscriptions(conn, "main")
        ]
        assert subscribers.suppression_reasons(
            conn, ["Press@harbour.example", "office@harbour.example", "nobody@x.example"]
        ) == {"press@harbour.example": "no such user"}

    assert rows == [("office@harbour.example", NOON, ""), ("press@harbour.example", NOON, "no such user")]


def test_an_unsuppressed_address_gets_mail_again(store: Store) -> None:
    add(store, "press@harbour.example")
    with store.begin() as conn:
        subscribers.suppress(conn, "press@harbour.example", "no such user", at=NOON)
        assert subscribers.unsuppress(conn, "Press@harbour.example")
        assert not subscribers.unsuppress(conn, "press@harbour.example")
        assert not subscribers.unsuppress(conn, "nobody@harbour.example")
        id_, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
        assert deliveries.counts(conn, id_) == {Outcome.PENDING: 1}
