"""Limits on mails that ask for a confirmation: a form can't be used to send mail to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from digest.model.errors import MailError
from digest.model.protocols import Outbox, SendOutcome
from digest.pipeline.app import App, make_app
from digest.pipeline.confirmation_mail import send_confirmations
from digest.render.page_templates import PageTemplates
from digest.store import Store, open_store, subscription_requests
from digest.store.subscription_requests import NewRequest
from digest.store.tables import confirmation_mails
from digest.store.tables import subscription_requests as requests
from tests.support.fakes import FakeMailer
from tests.support.values import NOON
from tests.support.web_site import site_settings

ANN = "ann@harbour.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Desk:
    """Takes requests, and sends what may be sent."""

    def __init__(self, store: Store, **web: int) -> None:
        self.store = store
        self.mailer = FakeMailer()
        settings = site_settings(**web)
        self.templates = PageTemplates(settings)
        self.app: App = replace(make_app(settings, store=store), mailer=lambda: self.mailer)

    def ask(self, address: str, *, at: datetime, network: str = "192.0.2.0/24") -> None:
        new = NewRequest(address=address, newsletter_ids=("main",), network=network)
        with self.store.begin() as conn:
            subscription_requests.record(conn, new, at=at)

    def send(self, at: datetime) -> list[str]:
        """The recipients of mails that are sent now; why others weren't."""
        count = len(self.mailer.accepted)
        self.reasons = list(send_confirmations(self.app, self.templates, now=at))
        return self.mailer.recipients[count:]

    def waiting(self) -> int:
        with self.store.read() as conn:
            return len(subscription_requests.waiting(conn, limit=1000))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_store("sqlite://") as store:
        yield Desk(store)


def test_a_victim_gets_one_mail_a_day_and_three_in_thirty_days(store: Store) -> None:
    desk = Desk(store)
    sent = []
    for hour in range(0, 24 * 28, 12):
        desk.ask(ANN if hour % 24 else ANN.upper(), at=NOON + hour * HOUR, network=f"192.0.{hour % 256}.0/24")
        sent += [hour for _ in desk.send(NOON + hour * HOUR)]

    assert sent == [0, 24, 48]
    desk.ask(ANN, at=NOON + 31 * DAY)
    assert len(desk.send(NOON + 31 * DAY)) == 1


def test_any_number_of_requests_for_one_victim_are_one_row_and_one_mail(desk: Desk) -> None:
    with desk.store.begin() as conn:
        for number in range(300):
            new = NewRequest(address=ANN, newsletter_ids=("main",), network=f"10.{number % 200}.0.0/24")
            subscription_requests.record(conn, new, at=NOON)

    assert desk.waiting() == 1
    assert desk.send(NOON) == [ANN]
    assert desk.send(NOON) == []


def test_a_network_gets_twenty_mails_an_hour_and_the_others_wait(desk: Desk) -> None:
    for number in range(25):
        desk.ask(f"victim{number}@harbour.example", at=NOON)
    desk.ask(ANN, at=NOON + MINUTE, network="2001:db8::/64")
    first = desk.send(NOON + MINUTE)

    assert (len(first), first[1], desk.waiting()) == (21, ANN, 5)
    assert desk.send(NOON + HOUR) == []
    assert len(desk.send(NOON + HOUR + 2 * MINUTE)) == 5


def test_in_all_so_many_are_sent_in_an_hour_as_is_set_and_in_order() -> None:
    with open_store("sqlite://") as store:
        desk = Desk(store, confirmations_per_hour=3)
        for number in range(5):
            desk.ask(f"r{number}@harbour.example", at=NOON + number * MINUTE, network=f"192.0.{number}.0/24")

        assert desk.send(NOON + 5 * MINUTE) == ["r0@harbour.example", "r1@harbour.example", "r2@harbour.example"]
        assert desk.send(NOON + 2 * HOUR) == ["r3@harbour.example", "r4@harbour.example"]


def test_while_the_mail_server_is_down_all_wait_and_none_counts(desk: Desk) -> None:
    def down(_: Outbox) -> None:
        raise MailError("the mail server does not answer")

    for number in range(3):
        desk.ask(f"r{number}@harbour.example", at=NOON)
    working, desk.app = desk.app, replace(desk.app, mailer=lambda: down)
    assert desk.send(NOON) == []
    assert (len(desk.reasons), desk.waiting()) == (1, 3)
    desk.app = working

    assert len(desk.send(NOON + MINUTE)) == 3


def test_old_requests_and_mails_are_forgotten(desk: Desk) -> None:
    desk.ask(ANN, at=NOON)
    desk.send(NOON)
    desk.send(NOON + 40 * DAY)

    with desk.store.read() as conn:
        assert conn.execute(requests.select()).all() == []
        assert conn.execute(confirmation_mails.select()).all() == []


def test_no_more_requests_wait_than_fit(desk: Desk) -> None:
    with desk.store.begin() as conn:
        for number in range(5):
            new = NewRequest(address=f"{number}@harbour.example", newsletter_ids=("main",))
            subscription_requests.record(conn, new, at=NOON, max_waiting=3)

    assert desk.waiting() == 3


@pytest.mark.parametrize(("outcome", "is_tried_again"), [(SendOutcome.DEFERRED, True), (SendOutcome.REJECTED, False)])
def test_a_mail_that_is_deferred_is_sent_later_and_one_that_is_refused_is_not(
    outcome: SendOutcome, is_tried_again: bool, desk: Desk
) -> None:
    desk.mailer.not_accepted[ANN] = (outcome, "so it goes")
    desk.ask(ANN, at=NOON)
    desk.ask("bo@harbour.example", at=NOON)
    assert desk.send(NOON) == ["bo@harbour.example"]
    assert desk.reasons == ["so it goes"]
    desk.mailer.not_accepted.clear()

    assert desk.send(NOON + MINUTE) == ([ANN] if is_tried_again else [])


@pytest.mark.parametrize(
    ("addresses", "count"),
    [
        pytest.param(["ann@harbour.example", "Ann+1@harbour.example", "ann+news+2@HARBOUR.example"], 1, id="tags"),
        pytest.param(["ann.lee@gmail.com", "annlee+1@gmail.com", "a.n.n.lee@Gmail.com"], 1, id="dots at Gmail"),
        pytest.param(["ann.lee@harbour.example", "annlee@harbour.example"], 2, id="dots elsewhere"),
        pytest.param(["+1@harbour.example", "+2@harbour.example"], 2, id="nothing but a tag"),
    ],
)
def test_other_spellings_of_a_mailbox_get_no_further_mail(addresses: list[str], count: int, desk: Desk) -> None:
    for address in addresses:
        desk.ask(address, at=NOON)

    assert len(desk.send(NOON)) == count


def test_a_request_that_gets_no_mail_is_forgotten_and_one_whose_link_works_is_kept(desk: Desk) -> None:
    desk.ask(ANN, at=NOON)
    desk.send(NOON)
    desk.ask(ANN, at=NOON + HOUR)
    desk.ask("ann+1@harbour.example", at=NOON + HOUR)
    desk.send(NOON + HOUR)
    with desk.store.read() as conn:
        rows = conn.execute(requests.select()).all()

    assert [(row.address, row.waiting_since) for row in rows] == [(ANN, None)]


def test_a_network_can_not_fill_the_queue_nor_stand_before_others(desk: Desk) -> None:
    for number in range(150):
        desk.ask(f"reader{number}@harbour.example", at=NOON, network="203.0.113.0/24")
    desk.ask(ANN, at=NOON + MINUTE, network="192.0.2.0/24")

    assert desk.waiting() == 101
    sent = desk.send(NOON + MINUTE)
    assert (sent[:2], len(sent)) == (["reader0@harbour.example", ANN], 21)


def test_requests_that_get_no_mail_hold_up_nobody(desk: Desk) -> None:
    desk.ask(ANN, at=NOON)
    assert desk.send(NOON) == [ANN]
    for number in range(450):
        desk.ask(f"ann+{number}@harbour.example", at=NOON + MINUTE, network=f"10.0.{number}.0/24")
    desk.ask("ben@harbour.example", at=NOON + 2 * MINUTE, network="10.1.0.0/24")

    assert desk.send(NOON + 2 * MINUTE) == ["ben@harbour.example"]
    assert desk.waiting() == 0
