"""Subscribers on the operator's pages: looking for one, adding, removing, sending again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.model.audiences import ReadingPreferences
from digest.pipeline.audiences import choose_preferences
from digest.store import Store, audiences, subscribers, subscription_requests
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import NewRequest
from tests.support.operator_site import OperatorClient, heading, notice, operator_site, send_edition, subscribe
from tests.support.web_site import NEWSLETTER

ANN = "ann@harbour.example"
ADD = {"action": "add", "email": ANN, "name": "Ann", "newsletter": "main"}
WEEKLY = replace(NEWSLETTER, id="weekly", title="Weekly")


@pytest.fixture
def client(sqlite_store: Store, tmp_path: Path) -> Iterator[OperatorClient]:
    with operator_site(sqlite_store, tmp_path, NEWSLETTER, WEEKLY) as operator:
        yield operator


@pytest.fixture
def ann(client: OperatorClient) -> str:
    """The path of Ann's page, who subscribes to ``main``."""
    with client.site.app.store.begin() as conn:
        subscribers.add(conn, [NewSubscriber(address=ANN, name="Ann Smith")], "main", at=client.site.now)
        subscriber = subscribers.find(conn, ANN)
    assert subscriber
    return f"subscribers/{subscriber.id}"


def newsletters(client: OperatorClient, address: str = ANN) -> tuple[str, ...]:
    with client.site.app.store.read() as conn:
        subscriber = subscribers.find(conn, address)
        return subscribers.newsletter_ids(conn, subscriber.id) if subscriber else ()


def test_one_is_found_by_a_part_of_address_or_name(client: OperatorClient, ann: str) -> None:
    client.get("subscribers")
    for text, is_found in [("ANN@", True), ("smith", True), ("bob", False), ("%", False), ("a" * 900, False)]:
        answer = client.post("subscribers", {"text": text})

        assert answer.status == 200
        assert (f"/operator/{ann}" in answer.text) is is_found
        assert "ann@" not in str(answer.headers)


def test_a_search_is_narrowed_by_state_and_newsletter(client: OperatorClient, ann: str) -> None:
    for fields, is_found in [
        ({"state": "active"}, True),
        ({"state": "suppressed"}, False),
        ({"of": "main"}, True),
        ({"of": "weekly", "state": "active"}, False),
        ({"of": "weekly", "state": "none"}, True),
        ({"of": "gone", "state": "x"}, True),
    ]:
        client.get("subscribers")
        assert (f"/operator/{ann}" in client.post("subscribers", fields).text) is is_found


def test_own_wishes_are_shown(client: OperatorClient, ann: str) -> None:
    with client.site.app.store.begin() as conn:
        wishes = ReadingPreferences.of(frequency="weekly mon 08:00", topics=["Ferries"])
        subscriber_id = int(ann.rpartition("/")[2])
        choose_preferences(conn, NEWSLETTER, subscriber_id, wishes, at=client.site.now)
        audiences.pause(conn, "main", subscriber_id, client.site.now + timedelta(days=2))

    shown = "subscribes: weekly mon 08:00; only ferries; paused until Mon 2026-03-30 12:00 (UTC)"
    assert shown in client.get(ann).text


def test_one_is_added_and_removed(client: OperatorClient) -> None:
    client.get("subscribers")
    page = client.post("subscribers", ADD)
    assert (heading(page), notice(page)) == (ANN, "Subscribed to Harbour News.")
    assert newsletters(client) == ("main",)

    path = page.text.partition('action="/operator/subscribers/')[2].partition('"')[0]
    answer = client.post(f"subscribers/{path}", {"action": "remove", "newsletter": "main"})
    assert notice(answer).startswith("Removed")
    assert newsletters(client) == ()


def test_who_left_is_subscribed_again_only_after_a_second_press(client: OperatorClient, ann: str) -> None:
    with client.site.app.store.begin() as conn:
        subscribers.unsubscribe(conn, ANN, "main", at=client.site.now)
    client.get("subscribers")
    assert "This address has left Harbour News." in notice(client.post("subscribers", ADD))
    form = {"action": "subscribe", "newsletter": "main"}
    assert heading(client.post(ann, form)) == f"Subscribe {ANN} to Harbour News again?"
    assert newsletters(client) == ()

    client.post(ann, form | {"expected": "1"})
    assert newsletters(client) == ("main",)


def test_a_further_newsletter_needs_one_press(client: OperatorClient, ann: str) -> None:
    client.get(ann)
    client.post(ann, {"action": "subscribe", "newsletter": "weekly"})

    assert newsletters(client) == ("main", "weekly")


def test_a_suppressed_address_is_readmitted(client: OperatorClient, ann: str) -> None:
    with client.site.app.store.begin() as conn:
        subscribers.suppress(conn, ANN, "bounced: 550 no such user", at=client.site.now)
    assert "bounced: 550 no such user" in client.get(ann).text

    assert notice(client.post(ann, {"action": "readmit"})) == "The next edition is sent to this address again."
    with client.site.app.store.read() as conn:
        assert subscribers.suppression_reasons(conn, [ANN]) == {}


def test_a_page_shows_the_mails_that_were_sent(client: OperatorClient, ann: str) -> None:
    edition_id = send_edition(client.site)

    assert f'<a href="/operator/editions/{edition_id}">main 2026-03-29</a>' in client.get(ann).text


def test_what_is_no_address_is_not_added(client: OperatorClient) -> None:
    for email in ("", "ann", "ann@@x.example", "ann@x.example\r\nBcc: b@x.example", "\0", "a" * 900):
        client.get("subscribers")
        answer = client.post("subscribers", ADD | {"email": email})

        assert notice(answer).startswith("That can&#39;t be done: that is no mail address.")
        assert newsletters(client, email) == ()


def test_an_unknown_newsletter_is_said(client: OperatorClient) -> None:
    for newsletter in ("", "gone", "\0"):
        client.get("subscribers")
        assert "That can&#39;t be done" in notice(client.post("subscribers", ADD | {"newsletter": newsletter}))


def test_an_erased_subscriber_has_no_page(client: OperatorClient, ann: str) -> None:
    from digest.store import erasure

    with client.site.app.store.begin() as conn:
        erasure.erase(conn, ANN, at=client.site.now)

    assert client.get(ann).status == 404
    assert "erased" not in client.get("subscribers").text


def test_the_log_has_no_address(client: OperatorClient, ann: str) -> None:
    client.get(ann)
    client.post(ann, {"action": "remove", "newsletter": "main"})

    assert [event for event, _ in client.site.events][-1] == "operator_action"
    assert "@" not in str(client.site.events)


def test_requests_that_nobody_confirmed_are_listed(client: OperatorClient) -> None:
    with client.site.app.store.begin() as conn:
        request = NewRequest(address="bob@harbour.example", newsletter_ids=("weekly",), network="192.0.2.0/24")
        subscription_requests.record(conn, request, at=client.site.now)
    page = client.get("requests").text

    assert "bob@harbour.example" in page
    assert "192.0.2.0/24" in page


def test_numbers_are_shown_by_newsletter(client: OperatorClient) -> None:
    subscribe(client.site, 3)

    assert 'Harbour News</a></td><td data-label="Subscribers">3</td>' in client.get("subscribers").text
