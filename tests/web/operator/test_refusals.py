"""Refusals that wait for a decision, on the operator's pages: readmitting and confirming."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.store import Store, subscriber_search
from tests.support.operator_site import (
    OperatorClient,
    deliver,
    heading,
    notice,
    operator_site,
    outcomes,
    send_edition,
    subscribe,
)


@pytest.fixture
def client(sqlite_store: Store, tmp_path: Path) -> Iterator[OperatorClient]:
    with operator_site(sqlite_store, tmp_path) as operator:
        yield operator


@pytest.fixture
def edition_id(client: OperatorClient) -> int:
    """An edition that was refused to four of twelve."""
    return send_edition(client.site, *subscribe(client.site, 12)[:4])


def suppressed(client: OperatorClient) -> int:
    with client.site.app.store.read() as conn:
        return subscriber_search.counts(conn)["main"][1]


def test_they_are_listed_with_the_servers_words(client: OperatorClient, edition_id: int) -> None:
    page = client.get("refusals")

    assert heading(page) == "Refusals to review"
    assert f"edition {edition_id}</a>: {outcomes(client.site, edition_id)['failed']} of 12 mails" in page.text
    assert "refused: 550 5.1.1 User unknown" in page.text
    assert "review them" in client.get("").text


def test_readmitted_subscribers_get_the_edition(client: OperatorClient, edition_id: int) -> None:
    failed = outcomes(client.site, edition_id)["failed"]
    client.get("refusals")
    form = {"action": "readmit", "edition": str(edition_id)}
    assert heading(client.post("refusals", form)) == f"Readmit {failed} subscribers?"
    assert heading(client.get("refusals")) == "Refusals to review"

    answer = client.post("refusals", form | {"expected": str(failed)})
    assert notice(answer) == f"{failed} subscribers readmitted. {failed} mails will be sent again."
    assert heading(answer) == "Nothing waits for a review"
    client.site.mailer.not_accepted = {}
    deliver(client.site, edition_id)
    assert outcomes(client.site, edition_id) == {"sent": 12}
    assert suppressed(client) == 0
    logged = {"operator": "password", "action": "readmit", "edition": edition_id, "subscribers": failed}
    assert ("operator_action", logged) in client.site.events


def test_confirmed_refusals_suppress_the_addresses(client: OperatorClient, edition_id: int) -> None:
    failed = outcomes(client.site, edition_id)["failed"]
    client.get("refusals")
    form = {"action": "confirm", "edition": str(edition_id), "expected": str(failed)}

    assert notice(client.post("refusals", form)).startswith(f"{failed} addresses suppressed")
    assert suppressed(client) == failed


def test_a_decision_that_was_made_meanwhile_is_shown(client: OperatorClient, edition_id: int) -> None:
    form = {"action": "confirm", "edition": str(edition_id), "expected": "9"}
    client.get("refusals")
    asked = client.post("refusals", form)

    assert notice(asked) == "The number has changed meanwhile: it was 9."
    assert suppressed(client) == 0


def test_what_makes_no_sense_changes_nothing(client: OperatorClient, edition_id: int) -> None:
    before = outcomes(client.site, edition_id)
    for fields in ({"action": "x"}, {"action": "readmit", "edition": "x"}, {}):
        client.get("refusals")
        assert client.post("refusals", fields).status == 200

    assert outcomes(client.site, edition_id) == before
