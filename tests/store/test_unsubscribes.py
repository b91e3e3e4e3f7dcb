"""Former subscribers: no way of adding addresses brings them back, on any database."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from digest.store import Store, database, open_store, schema, subscribers, subscription_list
from digest.store.schema import CURRENT_VERSIONS, Versions
from digest.store.subscribers import AddResult, NewSubscriber
from digest.store.subscription_list import SubscriptionState
from digest.store.tables import unsubscribes as unsubscribes_table
from tests.support.values import NOON

PRESS = "press@harbour.example"


def add(store: Store, *addresses: str, newsletter: str = "main", resubscribe: bool = False) -> AddResult:
    new = [NewSubscriber(address=address) for address in addresses]
    with store.begin() as conn:
        return subscribers.add(conn, new, newsletter, at=NOON, resubscribe=resubscribe)


def unsubscribe(store: Store, address: str, newsletter: str | None = None) -> None:
    with store.begin() as conn:
        subscribers.unsubscribe(conn, address, newsletter, at=NOON)


def active(store: Store, newsletter: str = "main") -> list[str]:
    with store.read() as conn:
        return [subscriber.address for subscriber in subscribers.for_newsletter(conn, newsletter)]


@pytest.mark.parametrize(
    ("address", "spelling"),
    [
        (PRESS, PRESS),
        (PRESS, "Press@Harbour.EXAMPLE"),
        (PRESS, f"  {PRESS} "),
        ("caf\u00e9@harbour.example", "CAFE\u0301@harbour.example"),
        ("press+news@harbour.example", "Press+News@harbour.example"),
    ],
    ids=["same", "capitals", "spaces", "decomposed", "plus"],
)
def test_a_former_subscriber_is_left_out_in_any_spelling(store: Store, address: str, spelling: str) -> None:
    add(store, address)
    unsubscribe(store, address)

    result = add(store, "office@harbour.example", spelling)

    assert result.added == ("office@harbour.example",)
    (left_out,) = result.left_out
    assert (left_out, result.left_out[left_out].since) == (spelling, NOON)
    assert active(store) == ["office@harbour.example"]


def test_addresses_with_another_tag_are_other_subscribers(store: Store) -> None:
    add(store, "press+news@harbour.example")
    unsubscribe(store, "press+news@harbour.example")

    assert add(store, PRESS, "press+sport@harbour.example").added == (PRESS, "press+sport@harbour.example")


def test_leaving_one_newsletter_is_not_leaving_another(store: Store) -> None:
    add(store, PRESS)
    add(store, PRESS, newsletter="weekly")
    unsubscribe(store, PRESS, "main")

    assert add(store, PRESS, newsletter="weekly") == AddResult(added=(), left_out={})
    assert list(add(store, PRESS).left_out) == [PRESS]
    assert add(store, PRESS, newsletter="other").added == (PRESS,)


def test_leaving_everything_is_leaving_each_newsletter(store: Store) -> None:
    add(store, PRESS)
    add(store, PRESS, newsletter="weekly")
    unsubscribe(store, PRESS)

    assert [list(add(store, PRESS, newsletter=id_).left_out) for id_ in ("main", "weekly")] == [[PRESS], [PRESS]]


def test_a_resubscribed_address_is_no_former_subscriber_until_it_leaves_again(store: Store) -> None:
    add(store, PRESS)
    unsubscribe(store, PRESS)

    assert add(store, PRESS, resubscribe=True).added == (PRESS,)
    assert add(store, PRESS) == AddResult(added=(), left_out={})
    unsubscribe(store, PRESS)
    assert list(add(store, PRESS).left_out) == [PRESS]


def test_a_deleted_row_of_a_subscriber_leaves_a_hash_that_keeps_the_address_out(store: Store) -> None:
    add(store, PRESS)
    unsubscribe(store, PRESS)
    with store.begin() as conn:
        conn.execute(text("DELETE FROM subscribers"))

    assert list(add(store, PRESS).left_out) == [PRESS]
    with store.read() as conn:
        (row,) = conn.execute(select(unsubscribes_table)).all()
        assert subscribers.find(conn, PRESS) is None
    assert row.subscriber_id is None


def test_hashes_of_two_stores_differ(store: Store) -> None:
    hashes = []
    with open_store("sqlite://") as another:
        for each in (store, another):
            add(each, PRESS)
            unsubscribe(each, PRESS)
            with each.read() as conn:
                hashes.append(conn.execute(select(unsubscribes_table.c.address_hash)).scalar_one())

    assert hashes[0] != hashes[1]


def test_an_import_waits_for_an_unsubscribe_in_another_transaction(persistent_url: str) -> None:
    with open_store(persistent_url) as store, open_store(persistent_url) as another:
        add(store, PRESS)
        with ThreadPoolExecutor(1) as pool, store.begin() as conn:
            subscribers.unsubscribe(conn, PRESS, at=NOON)
            imported = pool.submit(add, another, PRESS)
            # Nothing tells that the other transaction waits; too short a time would only make the test pass.
            assert not wait([imported], timeout=0.2).done
            conn.commit()
            result = imported.result(timeout=30)
        assert list(result.left_out) == [PRESS]
        assert active(store) == []


def test_many_former_subscribers_are_left_out_at_once(store: Store) -> None:
    many = [f"reader{number:04}@harbour.example" for number in range(1201)]
    add(store, *many)
    for address in many[::100]:
        unsubscribe(store, address)

    assert list(add(store, *many).left_out) == many[::100]


def test_subscriptions_are_listed_with_their_states(store: Store) -> None:
    add(store, PRESS, "gone@harbour.example", "office@harbour.example")
    add(store, PRESS, newsletter="weekly")
    add(store, "other@harbour.example", newsletter="weekly")
    unsubscribe(store, PRESS, "main")
    with store.begin() as conn:
        subscribers.suppress(conn, "gone@harbour.example", "no such user", at=NOON)
        rows = list(subscription_list.list_subscriptions(conn, "main"))

    assert [(row.subscriber.address, row.state, row.reason, row.newsletters) for row in rows] == [
        ("gone@harbour.example", SubscriptionState.SUPPRESSED, "no such user", ("main",)),
        ("office@harbour.example", SubscriptionState.ACTIVE, "", ("main",)),
        (PRESS, SubscriptionState.LEFT, "unsubscribed", ("weekly",)),
    ]


# --- stores of earlier versions ----------------------------------------------------------------------------------


def test_former_subscribers_of_an_earlier_store_are_left_out(store_url: str, tmp_path: Path) -> None:
    """PRESS left ``main`` and has ``weekly``; one reader left everything; the office still subscribes."""
    with database.connect(database.parse_url(store_url)) as engine:
        with engine.connect() as conn, conn.begin():
            schema._migrate(conn, _versions_before(tmp_path))
            _fill(conn)
        schema.ensure(engine, upgrade_postgres=True)
        with engine.connect() as conn, conn.begin():
            new = [NewSubscriber(address=address) for address in (PRESS, "gone@harbour.example", "new@harbour.example")]
            main = subscribers.add(conn, new, "main", at=NOON)
            weekly = subscribers.add(conn, new[:1], "weekly", at=NOON)
            again = subscribers.add(conn, new[1:2], "main", at=NOON, resubscribe=True)
            readers = [subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")]

    assert (main.added, list(main.left_out)) == (("new@harbour.example",), [PRESS, "gone@harbour.example"])
    assert weekly == AddResult(added=(), left_out={})
    assert again.added == ("gone@harbour.example",)
    assert readers == ["gone@harbour.example", "new@harbour.example", "office@harbour.example"]


def _versions_before(folder: Path) -> Versions:
    """The migrations up to the one before former subscribers were remembered."""
    before = folder / "versions before"
    shutil.copytree(CURRENT_VERSIONS.folder, before, ignore=shutil.ignore_patterns("__pycache__"))
    for file in (before / "versions").glob("[0-9]*.py"):
        if file.name[:4] >= "0007":
            file.unlink()
    return Versions(head="0006", folder=before)


def _fill(conn: Connection) -> None:
    """Fill a store as the program before did: former subscribers have no subscription, and perhaps deliveries."""
    values = {"at": str(NOON), "press": PRESS}
    for statement in _ROWS.strip().split(";\n"):
        conn.execute(text(statement), values)


_ROWS = """
INSERT INTO subscribers (id, address, address_key, added) VALUES (101, :press, :press, :at);
INSERT INTO subscribers (id, address, address_key, added)
    SELECT 102, 'gone@harbour.example', 'gone@harbour.example', :at;
INSERT INTO subscribers (id, address, address_key, added)
    SELECT 103, 'office@harbour.example', 'office@harbour.example', :at;
INSERT INTO subscriptions (newsletter_id, subscriber_id, since) VALUES ('weekly', 101, :at);
INSERT INTO subscriptions (newsletter_id, subscriber_id, since) VALUES ('main', 103, :at);
INSERT INTO editions (id, newsletter_id, slot_key, slot_due, audience, revision, subject, preheader, language,
    reading_minutes, published, token, html, text)
    VALUES (1, 'main', '2026-03-29', :at, '', 1, 'News', '', 'en', 1, :at, 'abc', '', '');
INSERT INTO deliveries (edition_id, subscriber_id, newsletter_id, slot_key, revision, message_id, outcome, changed)
    SELECT 1, id, 'main', '2026-03-29', 1, 'abc.' || id, 'sent', :at FROM subscribers WHERE id IN (101, 103);
"""
