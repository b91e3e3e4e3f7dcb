"""Problems of which the operator hears by mail and by ``digest status``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from digest.jobs.problems import find_alarms, find_service_alarms
from digest.model.editions import Outcome
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Newsletter
from digest.pipeline.delivery_problem import failure_reasons
from digest.settings import BouncesSettings, Settings, StoreSettings
from digest.store import Store, deliveries, editions, runs, subscribers, subscription_requests
from digest.store.subscribers import NewSubscriber
from digest.store.subscription_requests import NewRequest
from digest.store.tables import deliveries as table
from tests.support.editions import set_outcome
from tests.support.values import edition

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAIN = Newsletter(id="main", title="Main", sender=Mailbox.parse("Main <main@example.org>"))
SETTINGS = Settings(
    newsletters=(MAIN,), store=StoreSettings(url="sqlite://"), bounces=BouncesSettings(host="mail.example.org")
)


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    with store.begin() as conn:
        yield conn


def record_runs(conn: Connection, *outcomes: str, kind: str = "heed") -> None:
    """Runs every half hour up to now, the last one now; a failed one has a reason."""
    for number, outcome in enumerate(outcomes):
        at = NOW - (len(outcomes) - 1 - number) * HOUR / 2
        run_id = runs.start(conn, kind, at=at)
        if outcome:
            runs.finish(conn, run_id, outcome, at=at, reason="no answer" if outcome == "failed" else "")


@pytest.mark.parametrize(
    ("outcomes", "is_reported"),
    [
        pytest.param(("done", "failed", "failed", "failed"), True, id="for an hour"),
        pytest.param(("failed", "failed", "failed", ""), True, id="for an hour, and it is being tried"),
        pytest.param(("failed", "failed", "failed", "done"), False, id="it was read since"),
        pytest.param(("done", "failed", "failed"), False, id="for half an hour"),
        pytest.param((), False, id="never tried"),
    ],
)
def test_a_mailbox_that_cannot_be_read_is_a_problem(
    conn: Connection, outcomes: tuple[str, ...], *, is_reported: bool
) -> None:
    record_runs(conn, *outcomes)
    record_runs(conn, "failed", "failed", "failed", "failed", kind="collect")

    messages = [alarm.message for alarm in find_service_alarms(conn, SETTINGS, now=NOW + HOUR / 10)]

    assert bool(messages) == is_reported
    assert all("the mailbox for bounces can't be read since" in message for message in messages)
    assert all(message.endswith(": no answer") for message in messages)


def publish(conn: Connection, outcomes: dict[Outcome, int], reply: str = "552 5.2.2 <{}>: mailbox full") -> int:
    """An edition whose mails have these outcomes; each reply that isn't of a mail that was sent has its address."""
    expected = [outcome for outcome, count in outcomes.items() for _ in range(count)]
    people = [NewSubscriber(address=f"r{number}@example.org") for number in range(len(expected))]
    subscribers.add(conn, people, "main", at=NOW)
    edition_id, _ = editions.add(conn, edition(), at=NOW)
    deliveries.create_for_edition(conn, edition_id, host="example.org", at=NOW)
    for row, outcome in zip(list(deliveries.for_edition(conn, edition_id)), expected, strict=True):
        said = "250 ok" if outcome is Outcome.SENT else reply.format(row.subscriber.address)
        next_try = NOW if outcome is Outcome.RETRY else None
        set_outcome(conn, outcome, table.c.id == row.id, reply=said, next_try=next_try)
    return edition_id


@pytest.mark.parametrize(
    ("outcomes", "is_reported"),
    [
        pytest.param({Outcome.SENT: 23, Outcome.FAILED: 7}, True, id="more than a fifth failed"),
        pytest.param({Outcome.SENT: 23, Outcome.FAILED: 4, Outcome.BOUNCED: 3}, True, id="or came back"),
        pytest.param({Outcome.SENT: 24, Outcome.FAILED: 6}, False, id="a fifth"),
        pytest.param({Outcome.SENT: 8, Outcome.FAILED: 2}, True, id="two of a small list"),
        pytest.param({Outcome.SENT: 9, Outcome.FAILED: 1}, False, id="one of a small list"),
        pytest.param({Outcome.SENT: 23, Outcome.SUPPRESSED: 7}, False, id="suppressed before"),
    ],
)
def test_an_edition_that_reached_few_is_a_problem(
    conn: Connection, outcomes: dict[Outcome, int], *, is_reported: bool
) -> None:
    publish(conn, outcomes)

    alarms = [alarm for alarm in find_alarms(conn, MAIN, SETTINGS, now=NOW) if alarm.topic == "partial delivery"]

    assert bool(alarms) == is_reported
    for alarm in alarms:
        assert "mails failed; most often: 552 5.2.2 <…> mailbox full" in alarm.message
        assert "digest editions show" in alarm.hint


def test_replies_that_differ_by_the_address_are_one_reason(conn: Connection) -> None:
    edition_id = publish(conn, {Outcome.SENT: 2, Outcome.FAILED: 3, Outcome.RETRY: 2})

    reasons = failure_reasons(conn, edition_id)

    assert [(reason.outcome, reason.count, reason.reply) for reason in reasons] == [
        (Outcome.FAILED, 3, "552 5.2.2 <…> mailbox full"),
        (Outcome.RETRY, 2, "552 5.2.2 <…> mailbox full"),
    ]


@pytest.mark.parametrize(("hours", "is_reported"), [(1, False), (3, True)])
def test_requests_to_subscribe_that_wait_are_a_problem(conn: Connection, hours: int, *, is_reported: bool) -> None:
    for number in range(2):
        new = NewRequest(address=f"r{number}@example.org", newsletter_ids=("main",))
        subscription_requests.record(conn, new, at=NOW)
    messages = [alarm.message for alarm in find_service_alarms(conn, SETTINGS, now=NOW + hours * HOUR)]

    expected = ["2 requests to subscribe got no confirmation mail for more than two hours"]
    assert messages == (expected if is_reported else [])
