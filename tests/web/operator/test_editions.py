"""Editions on the operator's pages: outcomes, replies, the mail, and sending again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.model.audiences import ReadingPreferences
from digest.model.feedback import Vote
from digest.pipeline.audiences import choose_preferences
from digest.store import Store, feedback, stories, story_texts, subscribers
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
from tests.support.values import article, brief
from tests.support.web_site import NEWSLETTER, take_away

SPAM = "550 5.7.1 Message rejected as spam by Content Filtering."


@pytest.fixture
def client(sqlite_store: Store, tmp_path: Path) -> Iterator[OperatorClient]:
    with operator_site(sqlite_store, tmp_path) as operator:
        yield operator


def test_an_edition_lists_whom_it_did_not_reach_and_why(client: OperatorClient) -> None:
    subscribe(client.site, 12)
    edition_id = send_edition(client.site, "reader003@harbour.example", reply=SPAM)

    listed = client.get("editions").text
    assert "Harbour News 2026-03-29" in listed
    assert "11 sent" in listed
    page = client.get(f"editions/{edition_id}")
    assert heading(page) == "Harbour News 2026-03-29"
    assert "1 mail failed: 550 5.7.1 Message rejected as spam" in page.text
    assert "reader003@harbour.example" in page.text
    assert "reader004@harbour.example" not in page.text
    assert "reader004@harbour.example" in client.get(f"editions/{edition_id}?outcome=sent").text


def test_an_edition_shows_its_readers_votes(client: OperatorClient) -> None:
    subscribe(client.site, 1)
    edition_id = send_edition(client.site)
    with client.site.app.store.begin() as conn:
        stories.add(conn, edition_id, [brief(article("a")), brief(article("b"))])
        (reader,) = subscribers.for_newsletter(conn, "main")
        story, _ = story_texts.of_edition(conn, edition_id)
    assert "votes" not in client.get(f"editions/{edition_id}").text
    with client.site.app.store.begin() as conn:
        feedback.record(conn, story.id, reader.id, Vote.UP, at=client.site.now)

    page = client.get(f"editions/{edition_id}").text
    assert "1 useful, 0 not: Title a" in page
    assert "0 useful, 0 not: Title b" in page


def test_a_failed_mail_is_sent_again_and_logged(client: OperatorClient) -> None:
    subscribe(client.site, 12)
    edition_id = send_edition(client.site, "reader003@harbour.example", reply=SPAM)
    client.get(f"editions/{edition_id}")

    answer = client.post(f"editions/{edition_id}", {"action": "failed"})
    assert notice(answer).startswith("1 mail will be sent again.")
    client.site.mailer.not_accepted = {}
    deliver(client.site, edition_id)
    assert outcomes(client.site, edition_id) == {"sent": 12}
    logged = {"operator": "password", "action": "resend", "edition": edition_id, "mails": 1}
    assert ("operator_action", logged) in client.site.events


def test_to_many_or_everybody_it_asks_once_more_and_says_how_many(client: OperatorClient) -> None:
    subscribe(client.site, 3)
    edition_id = send_edition(client.site)
    client.get(f"editions/{edition_id}")
    before = len(client.site.mailer.accepted)

    assert heading(client.post(f"editions/{edition_id}", {"action": "everybody"})) == "Send 3 mails again?"
    assert outcomes(client.site, edition_id) == {"sent": 3}
    asked = client.post(f"editions/{edition_id}", {"action": "everybody", "expected": "2"})
    assert notice(asked) == "The number has changed meanwhile: it was 2."
    assert outcomes(client.site, edition_id) == {"sent": 3}

    answer = client.post(f"editions/{edition_id}", {"action": "everybody", "expected": "3"})
    assert notice(answer).startswith("3 mails will be sent again.")
    deliver(client.site, edition_id)
    assert len(client.site.mailer.accepted) == before + 3


def test_one_subscriber_gets_it_again(client: OperatorClient) -> None:
    addresses = subscribe(client.site, 3)
    edition_id = send_edition(client.site)
    page = client.get(f"editions/{edition_id}?outcome=sent").text
    number = re.findall(r'name="subscriber" value="(\d+)"', page)[1]

    client.post(f"editions/{edition_id}", {"action": "one", "subscriber": number})
    deliver(client.site, edition_id)
    assert client.site.mailer.recipients.count(addresses[1]) == 2
    assert len(client.site.mailer.recipients) == 4


def test_of_a_suspected_edition_nothing_is_sent_before_the_review(client: OperatorClient) -> None:
    refused = subscribe(client.site, 12)
    edition_id = send_edition(client.site, *refused)
    page = client.get(f"editions/{edition_id}")
    assert "Review the refusals" in page.text
    assert "Send again" not in page.text

    answer = client.post(f"editions/{edition_id}", {"action": "failed", "form": form_of(client)})
    assert notice(answer).startswith(f"That can&#39;t be done: edition {edition_id} is suspected")


def form_of(client: OperatorClient) -> str:
    """The token of any form that the operator has: that of logging out."""
    return client.page.partition('name="form" value="')[2].partition('"')[0]


def test_the_mail_is_shown_in_a_frame_with_a_policy_of_its_own(client: OperatorClient) -> None:
    subscribe(client.site, 1)
    script = '<p>Harbour (reader.greeting)</p><a href="https://news.example/unsubscribe/(reader.unsubscribe)">x</a>'
    edition_id = send_edition(client.site, html=script)

    frame = client.get(f"editions/{edition_id}/mail")
    policy = frame.headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert frame.headers["cache-control"] == "no-store"
    assert "(reader." not in frame.text
    page = client.get(f"editions/{edition_id}")
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "sandbox></iframe>" in page.text


def test_an_edition_that_isnt_there_is_no_page(client: OperatorClient) -> None:
    for path in ("editions/7", "editions/0", "editions/x", "editions/7/mail", f"editions/{'9' * 30}"):
        assert client.get(path).status == 404


def test_opening_pages_changes_nothing(client: OperatorClient) -> None:
    subscribe(client.site, 3)
    edition_id = send_edition(client.site, "reader001@harbour.example", reply=SPAM)
    before = outcomes(client.site, edition_id)
    for action in ("failed", "everybody", "one", "readmit", "confirm", "remove"):
        for path in (f"editions/{edition_id}", "refusals", "subscribers/1", "subscribers"):
            client.get(f"{path}?action={action}&expected=3&newsletter=main&subscriber=1&edition={edition_id}")

    assert outcomes(client.site, edition_id) == before
    assert [event for event, _ in client.site.events if event == "operator_action"] == []


def test_an_edition_of_an_audience_says_for_whom_it_is(client: OperatorClient) -> None:
    wishes = ReadingPreferences.of(frequency="weekly mon 08:00", topics=["Ferries"])
    subscribe(client.site, 1)
    with client.site.app.store.begin() as conn:
        subscriber = subscribers.find(conn, "reader000@harbour.example")
        assert subscriber
        choose_preferences(conn, NEWSLETTER, subscriber.id, wishes, at=client.site.now)
    edition_id = send_edition(client.site, audience=wishes.key)

    assert "For: weekly mon 08:00; only ferries" in client.get("editions").text
    assert "<dt>For</dt><dd>weekly mon 08:00; only ferries</dd>" in client.get(f"editions/{edition_id}").text


def test_while_the_store_is_away_pages_ask_for_patience(sqlite_store: Store, sqlite_url: str, tmp_path: Path) -> None:
    with operator_site(sqlite_store, tmp_path) as client:
        client.get("subscribers")
        take_away(sqlite_store, Path(sqlite_url.removeprefix("sqlite:///")))

        assert client.get("editions").status == 503
        assert client.post("subscribers", {"text": "ann"}).status == 503


def test_a_long_list_goes_on_on_further_pages(client: OperatorClient) -> None:
    addresses = subscribe(client.site, 230)
    edition_id = send_edition(client.site)
    path, seen = f"editions/{edition_id}?outcome=sent", 0
    while path:
        page = client.get(path).text
        assert len(page) < 50_000
        seen += sum(address in page for address in addresses)
        path = page.partition("after=")[2].partition('"')[0]
        path = f"editions/{edition_id}?outcome=sent&after={path}" if path else ""

    assert seen == 230
