"""Numbers of a newsletter's subscribers: kept, and always those of the subscriptions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import ColumnElement, Connection, func, select

from digest.store import Store, address_change, erasure, subscriber_counts, subscribers
from digest.store.subscriber_counts import SubscriberCounts
from digest.store.subscribers import NewSubscriber
from digest.store.tables import subscribers as people
from digest.store.tables import subscriptions
from tests.support.values import NOON

ANN, BO, CY = ("ann@harbour.example", "bo@harbour.example", "cy@harbour.example")


def _add(conn: Connection, *addresses: str, newsletter: str = "main", resubscribe: bool = False) -> None:
    new = [NewSubscriber(address=address) for address in addresses]
    subscribers.add(conn, new, newsletter, at=NOON, resubscribe=resubscribe)


def _id_of(conn: Connection, address: str) -> int:
    subscriber = subscribers.find(conn, address)
    assert subscriber
    return subscriber.id


def _leave(conn: Connection) -> None:
    subscribers.unsubscribe(conn, ANN, "main", at=NOON)


def _leave_all(conn: Connection) -> None:
    subscribers.unsubscribe(conn, ANN, at=NOON)


def _come_back(conn: Connection) -> None:
    _leave(conn)
    _add(conn, ANN, BO, resubscribe=True)


def _suppress(conn: Connection) -> None:
    subscribers.suppress(conn, ANN, "bounced", at=NOON)


def _suppress_and_leave(conn: Connection) -> None:
    _suppress(conn)
    _leave(conn)


def _readmit(conn: Connection) -> None:
    _suppress(conn)
    subscribers.unsuppress(conn, ANN)


def _erase(conn: Connection) -> None:
    erasure.erase(conn, BO, at=NOON)


def _move(conn: Connection) -> None:
    address_change.change(conn, _id_of(conn, BO), "new@harbour.example", at=NOON)


def _merge(conn: Connection) -> None:
    address_change.change(conn, _id_of(conn, BO), ANN, at=NOON)


def _split(conn: Connection) -> None:
    subscriber_id = _id_of(conn, BO)
    before = address_change.change(conn, subscriber_id, ANN, at=NOON)
    address_change.undo(conn, subscriber_id, before, at=NOON)


def _merge_and_erase(conn: Connection) -> None:
    _merge(conn)
    erasure.erase(conn, ANN, at=NOON)


CHANGES = (_leave, _leave_all, _come_back, _suppress, _suppress_and_leave, _readmit, _erase, _move, _merge, _split)


@pytest.mark.parametrize("change", [*CHANGES, _merge_and_erase], ids=lambda change: change.__name__.strip("_"))
def test_numbers_are_those_of_the_subscriptions(store: Store, change: Callable[[Connection], None]) -> None:
    with store.begin() as conn:
        _add(conn, ANN, BO, CY)
        _add(conn, ANN, "dee@harbour.example", newsletter="weekly")

        change(conn)

        assert subscriber_counts.by_newsletter(conn, ["main", "weekly"]) == {
            newsletter_id: SubscriberCounts(
                active=_count(conn, newsletter_id, people.c.suppressed == ""),
                suppressed=_count(conn, newsletter_id, people.c.suppressed != ""),
            )
            for newsletter_id in ("main", "weekly")
        }


def _count(conn: Connection, newsletter_id: str, condition: ColumnElement[bool]) -> int:
    """The number by reading all rows."""
    query = select(func.count()).select_from(subscriptions).join(people)
    return int(conn.execute(query.where(subscriptions.c.newsletter_id == newsletter_id, condition)).scalar_one())
