"""Erasure of a subscriber's data, on each kind of database."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from digest.model.editions import Outcome
from digest.store import (
    Store,
    bounces,
    deliveries,
    editions,
    erasure,
    subscribers,
    subscription_list,
    subscription_requests,
    unread_mails,
)
from digest.store.ledger import AttemptResult, open_ledger
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import NewRequest
from digest.store.tables import deliveries as deliveries_table
from digest.store.tables import metadata
from digest.store.unread_mails import UnreadMail
from tests.support.values import NOON, edition

PRESS = "Press@harbour.example"
OFFICE = "office@harbour.example"


def add(store: Store, *addresses: str, newsletter: str = "main", resubscribe: bool = False) -> subscribers.AddResult:
    new = [NewSubscriber(address=address, name="Ann Archer", preferences={"zone": "UTC"}) for address in addresses]
    with store.begin() as conn:
        return subscribers.add(conn, new, newsletter, at=NOON, resubscribe=resubscribe)


def erase(store: Store, address: str = PRESS) -> bool:
    with store.begin() as conn:
        return erasure.erase(conn, address, at=NOON)


def content(store: Store) -> str:
    with store.read() as conn:
        rows = str([conn.execute(table.select()).all() for table in metadata.tables.values()]).lower()
    return rows.replace("suppressed", "")  # no part of an address


@pytest.fixture
def sent(store: Store) -> int:
    """An edition with a failed delivery to PRESS, whose reply has the address, and one that waits for OFFICE."""
    add(store, OFFICE, PRESS)
    mail = UnreadMail(
        mailbox="INBOX", uid_validity=1, uid=1, sender=f"Ann Archer <{PRESS}>", subject="Ann", detail="", seen=NOON
    )
    with store.begin() as conn:
        edition_id, _ = editions.add(conn, edition(), at=NOON)
        deliveries.create_for_edition(conn, edition_id, host="harbour.example", at=NOON)
        row = next(row for row in deliveries.for_edition(conn, edition_id) if row.subscriber.address == PRESS)
        delivery = bounces.DeliveryRef(subscriber=row.subscriber, newsletter_id="main", edition_id=edition_id)
        bounces.record_bounce(conn, delivery, Outcome.BOUNCED, f"550 <{PRESS}> unknown", at=NOON)
        unread_mails.remember(conn, mail)
    return edition_id


def test_nothing_of_an_erased_subscriber_remains(store: Store, sent: int) -> None:
    add(store, PRESS, newsletter="weekly")
    with store.begin() as conn:
        subscribers.suppress(conn, PRESS, f"550 {PRESS}", at=NOON)

    assert erase(store)

    stored = content(store)
    assert "press" not in stored
    assert stored.count("ann archer") == 1
    assert OFFICE in stored


def test_an_erased_address_is_left_out_of_every_newsletter(store: Store) -> None:
    add(store, PRESS)
    erase(store)

    for newsletter in ("main", "weekly"):
        assert list(add(store, PRESS.upper(), newsletter=newsletter).left_out) == [PRESS.upper()]
    assert "press" not in content(store)


def test_an_erased_address_can_be_subscribed_again_and_leave_again(store: Store) -> None:
    add(store, PRESS)
    erase(store)

    assert add(store, PRESS, resubscribe=True).added == (PRESS,)
    assert add(store, PRESS) == subscribers.AddResult(added=(), left_out={})
    with store.begin() as conn:
        subscribers.unsubscribe(conn, PRESS, at=NOON)
    assert list(add(store, PRESS).left_out) == [PRESS]


def test_the_counts_of_an_edition_stay_and_waiting_mails_are_not_sent(store: Store, sent: int) -> None:
    erase(store, OFFICE)

    with store.read() as conn:
        assert deliveries.counts(conn, sent) == {Outcome.BOUNCED: 1, Outcome.SUPPRESSED: 1}
    with open_ledger(store, "me") as ledger:
        assert ledger.claim(sent, now=NOON, limit=9) == ()


def test_a_new_subscriber_is_not_reached_by_the_tokens_of_an_erased_one(store: Store, sent: int) -> None:
    with store.read() as conn:
        erased_id = subscribers.find(conn, PRESS).id  # type: ignore[union-attr]  # it is stored
    erase(store)
    with store.begin() as conn:
        conn.execute(delete(deliveries_table))  # as retention does later

    add(store, "new@harbour.example")

    with store.read() as conn:
        newcomer = subscribers.find(conn, "new@harbour.example")
        assert newcomer is not None
        assert newcomer.id != erased_id
        assert [row.subscriber.address for row in subscription_list.list_subscriptions(conn, "main")] == [
            "new@harbour.example",
            OFFICE,
        ]


def test_erasing_what_is_not_stored_changes_nothing(store: Store) -> None:
    add(store, OFFICE)

    assert not erase(store)
    assert erase(store, OFFICE)
    assert not erase(store, OFFICE)


@pytest.mark.parametrize("is_subscriber", [True, False])
def test_requests_to_subscribe_are_erased_too(is_subscriber: bool, store: Store) -> None:
    with store.begin() as conn:
        if is_subscriber:
            subscribers.add(conn, [NewSubscriber(address=PRESS)], "main", at=NOON)
        subscription_requests.record(conn, NewRequest(address=PRESS, newsletter_ids=("main",)), at=NOON)

        assert erasure.erase(conn, PRESS.upper(), at=NOON)
        assert subscription_requests.waiting(conn, limit=5) == ()
        assert not erasure.erase(conn, PRESS, at=NOON)


def test_a_mail_being_sent_to_an_erased_subscriber_is_not_tried_again_and_its_reply_goes(
    store: Store, sent: int
) -> None:
    with open_ledger(store, "me") as ledger:
        (delivery,) = ledger.claim(sent, now=NOON, limit=9)
        ledger.settle([], [delivery.id], at=NOON)
        erase(store, OFFICE)
        late = AttemptResult(delivery.id, Outcome.RETRY, 1, reply=f"451 <{OFFICE}> try later", next_try=NOON)
        ledger.settle([late], [], at=NOON)
        assert ledger.claim(sent, now=NOON, limit=9) == ()
        assert "office" not in content(store)
        accepted = AttemptResult(delivery.id, Outcome.SENT, 1, reply=f"250 <{OFFICE}> taken")
        ledger.settle([accepted], [], at=NOON)
    with store.begin() as conn:
        assert erasure.delete_late_replies(conn) == 1
        assert erasure.delete_late_replies(conn) == 0

    assert "office" not in content(store)
