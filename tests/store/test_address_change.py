"""Change of a subscriber's address, and its undoing, on each kind of database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from digest.model.audiences import AS_PUBLISHED, ReadingPreferences
from digest.model.editions import Outcome
from digest.store import (
    Store,
    address_change,
    audiences,
    daily_counts,
    deliveries,
    editions,
    erasure,
    personal_data,
    subscribers,
)
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

OLD, NEW = "ann@harbour.example", "ann@lighthouse.example"
LATER = NOON + timedelta(days=1)


def add(store: Store, address: str, *newsletters: str, name: str = "") -> int:
    """Subscribe an address as an import does; the subscriber's id."""
    with store.begin() as conn:
        for newsletter in newsletters:
            subscribers.add(conn, [NewSubscriber(address=address, name=name)], newsletter, at=NOON)
        subscriber = subscribers.find(conn, address)
    return subscriber.id if subscriber else 0


def leave(store: Store, address: str, newsletter: str) -> None:
    with store.begin() as conn:
        subscribers.unsubscribe(conn, address, newsletter, at=LATER)


def change(store: Store, id_: int, address: str = NEW) -> Mapping[str, Any]:
    with store.begin() as conn:
        return address_change.change(conn, id_, address, at=LATER)


def undo(store: Store, id_: int, before: Mapping[str, Any]) -> bool:
    with store.begin() as conn:
        return address_change.undo(conn, id_, before, at=LATER)


def state(store: Store) -> dict[str, list[str]]:
    """The newsletters of each address."""
    with store.read() as conn:
        return {
            address: list(subscribers.newsletter_ids(conn, subscriber.id))
            for address in (OLD, NEW)
            if (subscriber := subscribers.find(conn, address))
        }


def is_left_out(store: Store, address: str, newsletter: str) -> bool:
    """Whether an import leaves the address out."""
    with store.read() as conn:
        return address in subscribers.plan_add(conn, [NewSubscriber(address=address)], newsletter).left_out


def test_a_subscriber_keeps_everything_at_another_address(store: Store) -> None:
    id_ = add(store, OLD, "main", "weekly", name="Ann")
    leave(store, OLD, "weekly")
    before = change(store, id_)

    assert state(store) == {NEW: ["main"]}
    assert (is_left_out(store, OLD, "main"), is_left_out(store, OLD, "weekly")) == (True, True)
    assert is_left_out(store, NEW, "weekly")
    assert undo(store, id_, before)
    assert state(store) == {OLD: ["main"]}
    assert is_left_out(store, OLD, "weekly")
    assert not is_left_out(store, NEW, "weekly")


def test_what_was_left_at_the_new_address_stays_left_after_the_change_is_undone(store: Store) -> None:
    id_ = add(store, OLD, "main", "weekly")
    before = change(store, id_)
    leave(store, NEW, "weekly")

    assert undo(store, id_, before)
    assert state(store) == {OLD: ["main"]}
    assert is_left_out(store, OLD, "weekly")


def test_two_subscribers_become_one_and_lose_nothing(store: Store) -> None:
    id_, other_id = add(store, OLD, "main", "weekly"), add(store, NEW, "main", "daily", "monthly", "weekly", name="Ann")
    leave(store, NEW, "monthly")
    leave(store, NEW, "weekly")
    before = change(store, id_)

    assert state(store) == {NEW: ["daily", "main", "weekly"]}
    assert is_left_out(store, NEW, "monthly")
    with store.read() as conn:
        absorbed, current = subscribers.get(conn, other_id), subscribers.get(conn, id_)
        assert absorbed is not None
        assert current is not None
        assert address_change.current(conn, absorbed) == current
        assert (current.address, current.name) == (NEW, "Ann")
    leave(store, NEW, "daily")
    assert undo(store, id_, before)
    assert state(store) == {OLD: ["main", "weekly"], NEW: ["main"]}
    assert all(is_left_out(store, NEW, newsletter) for newsletter in ("daily", "monthly", "weekly"))


def test_the_counts_of_subscribers_by_day_stay_true(store: Store) -> None:
    id_ = add(store, OLD, "main", "weekly")
    add(store, NEW, "main", "daily")
    before = change(store, id_)

    def changes(newsletter_id: str) -> int:
        names = [daily_counts.JOINED, daily_counts.LEFT]
        with store.read() as conn:
            counts = daily_counts.by_day(conn, newsletter_id, names, since=NOON.date())
        return sum(counts[daily_counts.JOINED].values()) - sum(counts[daily_counts.LEFT].values())

    assert [changes(id_) for id_ in ("main", "weekly", "daily")] == [1, 1, 1]
    undo(store, id_, before)
    assert [changes(id_) for id_ in ("main", "weekly", "daily")] == [2, 1, 1]


def test_wishes_go_along_with_the_subscription_and_come_back_with_it(store: Store) -> None:
    id_, other_id = add(store, OLD, "main"), add(store, NEW, "main", "weekly")
    often, seldom = (ReadingPreferences(frequency=frequency) for frequency in ("daily 07:00", "weekly mon 08:00"))
    with store.begin() as conn:
        for newsletter, subscriber_id, wishes in (
            ("main", id_, often),
            ("main", other_id, seldom),
            ("weekly", other_id, seldom),
        ):
            audiences.choose(conn, newsletter, subscriber_id, wishes, audience=AS_PUBLISHED, at=NOON)
    before = change(store, id_)

    def frequencies(subscriber_id: int) -> dict[str, str]:
        with store.read() as conn:
            wishes = audiences.for_subscriber(conn, subscriber_id)
        return {newsletter: stored.preferences.frequency for newsletter, stored in wishes.items()}

    assert frequencies(id_) == {"main": "daily 07:00", "weekly": "weekly mon 08:00"}
    undo(store, id_, before)
    assert frequencies(id_) == {"main": "daily 07:00"}
    assert frequencies(other_id) == {"main": "weekly mon 08:00", "weekly": "weekly mon 08:00"}


def test_an_edition_on_its_way_to_both_is_sent_once(store: Store) -> None:
    id_, other_id = add(store, OLD, "main"), add(store, NEW, "main")
    only_theirs = add(store, NEW, "weekly")
    with store.begin() as conn:
        for newsletter in ("main", "weekly"):
            edition_id, _ = editions.add(conn, edition(newsletter_id=newsletter), at=NOON)
            deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON)
    change(store, id_)

    with store.read() as conn:
        rows = [row for edition_id in (1, 2) for row in deliveries.for_edition(conn, edition_id)]
    waiting = [(row.edition_id, row.subscriber.address) for row in rows if row.outcome is Outcome.PENDING]
    assert only_theirs == other_id
    assert waiting == [(1, NEW), (2, NEW)]


def test_a_suppression_ends_with_the_address_and_comes_back_with_it(store: Store) -> None:
    id_ = add(store, OLD, "main")
    with store.begin() as conn:
        subscribers.suppress(conn, OLD, "550 no such user", at=NOON)
    before = change(store, id_)
    with store.read() as conn:
        assert subscribers.suppression_reasons(conn, [OLD, NEW]) == {}
    undo(store, id_, before)
    with store.read() as conn:
        assert subscribers.suppression_reasons(conn, [OLD, NEW]) == {OLD: "550 no such user"}


def test_a_change_is_not_undone_onto_an_address_that_has_a_subscriber_again(store: Store) -> None:
    id_ = add(store, OLD, "main")
    before = change(store, id_)
    with store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=OLD)], "main", at=LATER, resubscribe=True)

    assert not undo(store, id_, before)
    assert state(store) == {OLD: ["main"], NEW: ["main"]}


def test_capitals_alone_can_change(store: Store) -> None:
    id_ = add(store, OLD, "main")
    change(store, id_, OLD.upper())
    with store.read() as conn:
        assert [subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")] == [OLD.upper()]
        assert not address_change.has_moved_since(conn, id_, 1)


@pytest.mark.parametrize("address", [OLD, NEW])
def test_a_subscriber_of_two_addresses_is_downloaded_and_erased_whole(address: str, store: Store) -> None:
    id_, _ = add(store, OLD, "main"), add(store, NEW, "weekly", name="Ann Archer")
    change(store, id_)
    with store.begin() as conn:
        data = personal_data.collect(conn, NEW)
        is_erased = erasure.erase(conn, address, at=LATER)
        content = str(personal_data.collect(conn, NEW).get("subscribers"))

    assert len(data["subscribers"]) == 2
    assert {row["newsletter_id"] for row in data["subscriptions"]} == {"main", "weekly"}
    assert is_erased is (address == NEW)
    assert ("archer" in content.lower()) is (address == OLD)
