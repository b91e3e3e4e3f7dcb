"""A bounce, complaint or unsubscribe mail changes the proven subscriber's state, once, and nobody else's."""

from __future__ import annotations

import pytest

from digest.deliver.bounces.classify import MailKind
from digest.model.editions import Outcome, SuppressionState
from digest.pipeline.processed_mail import ProcessedMail
from digest.pipeline.suppression import judge_refusals
from digest.store import Store, bounces, deliveries, subscribers
from tests.support.bounce_ledger import DAY, OTHER, Ledger
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN, complaint, dsn, plain_mail, unsubscribe_mail
from tests.support.values import NOON


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def test_an_address_that_does_not_exist_is_suppressed(ledger: Ledger) -> None:
    token = ledger.send()

    processed = ledger.process(dsn("5.1.1", "smtp; 550 no such user"), token)

    assert processed == ProcessedMail(
        kind=MailKind.HARD_BOUNCE,
        address=ADDRESS,
        action="suppressed: bounced: 5.1.1 550 no such user",
        has_changed=True,
    )
    assert ledger.suppressed() == {ADDRESS: "bounced: 5.1.1 550 no such user"}
    assert ledger.outcome() is Outcome.BOUNCED
    ledger.send(day=1)
    assert ledger.outcome() is Outcome.SUPPRESSED


def test_a_complaint_suppresses_the_address(ledger: Ledger) -> None:
    token = ledger.send()

    assert ledger.process(complaint(), token).has_changed
    assert ledger.suppressed()[ADDRESS].startswith("complained: ")


def test_a_mail_that_is_received_twice_is_recorded_once(ledger: Ledger) -> None:
    token = ledger.send()

    assert ledger.process(dsn("5.2.2"), token).has_changed
    assert not ledger.process(dsn("5.2.2"), token).has_changed
    assert not ledger.process(dsn("5.2.2"), token).has_changed
    assert ledger.suppressed() == {}


def test_repeated_soft_bounces_suppress_the_address(ledger: Ledger) -> None:
    for day in range(3):
        assert ledger.suppressed() == {}
        processed = ledger.process(dsn("5.2.2", "smtp; over quota"), ledger.send(day), day=day)

    assert processed.action == "suppressed: 3 mails bounced within 10 days: 5.2.2 over quota"
    assert list(ledger.suppressed()) == [ADDRESS]


def test_soft_bounces_far_apart_suppress_nobody(ledger: Ledger) -> None:
    for day in (0, 11, 22, 33):
        ledger.process(dsn("5.2.2"), ledger.send(day), day=day)

    assert ledger.suppressed() == {}


def test_a_rejected_message_does_not_suppress_the_address(ledger: Ledger) -> None:
    for day in range(4):
        processed = ledger.process(dsn("5.7.1", "smtp; blocked"), ledger.send(day), day=day)

        assert (processed.kind, processed.action) == (MailKind.REJECTED, "recorded: 5.7.1 blocked")
        assert ledger.outcome() is Outcome.FAILED
    assert ledger.suppressed() == {}


def test_an_unsuppressed_address_can_be_suppressed_again(ledger: Ledger) -> None:
    ledger.process(dsn("5.1.1"), ledger.send())
    with ledger.store.begin() as conn:
        subscribers.unsuppress(conn, ADDRESS)

    assert ledger.process(dsn("5.1.1"), ledger.send(1)).has_changed
    assert ledger.suppressed()


def test_an_unsubscribe_mail_unsubscribes_once(ledger: Ledger) -> None:
    token = ledger.send()

    assert ledger.process(unsubscribe_mail(), token).action == "unsubscribed from main"
    assert ledger.process(unsubscribe_mail(), token).action == "was not subscribed to main"
    assert ledger.subscribed() == [OTHER]
    assert ledger.suppressed() == {}


@pytest.mark.parametrize("header", ["Reply-To", "X-Original-From"])
def test_an_unsubscribe_mail_through_a_group_names_its_author_elsewhere(ledger: Ledger, header: str) -> None:
    token = ledger.send()
    subject = f"[Team] unsubscribe {EDITION_TOKEN}.1"
    headers = {header.replace("-", "_"): f"Press <{ADDRESS}>", "List_Id": "<team.example>", "Precedence": "list"}
    mail = unsubscribe_mail(subject, "'Press' via Team <team@list.example>", **headers)

    assert ledger.process(mail, token).has_changed
    assert ledger.subscribed() == [OTHER]


def test_mails_that_are_none_of_ours_are_left_to_the_operator(ledger: Ledger) -> None:
    token = ledger.send()
    reply = {"From": ADDRESS, "In_Reply_To": f"<{EDITION_TOKEN}.1@news.example>"}

    assert ledger.process(plain_mail("I am away.", Auto_Submitted="auto-replied", **reply), token).is_ours
    assert ledger.process(complaint("not-spam"), token).is_ours
    assert not ledger.process(plain_mail("Stop it.", **reply), token).is_ours
    assert not ledger.process(plain_mail("I am away.", From=ADDRESS, Auto_Submitted="auto-replied"), token).is_ours
    assert not ledger.process(unsubscribe_mail(), token.signed("guess")).is_ours
    assert ledger.subscribed() == [OTHER, ADDRESS]


def test_delayed_and_automatic_mails_change_nothing(ledger: Ledger) -> None:
    token = ledger.send()

    for raw in (dsn("4.0.0", action="delayed"), unsubscribe_mail("Hello", Auto_Submitted="auto-replied"), b""):
        assert not ledger.process(raw, token).has_changed
    assert ledger.outcome() is Outcome.PENDING


def test_bounces_are_counted_per_subscriber(ledger: Ledger) -> None:
    token = ledger.send()
    ledger.process(dsn("5.2.2"), token)

    with ledger.store.read() as conn:
        delivery = bounces.find_delivery(conn, token)
        second = subscribers.find(conn, OTHER)
        assert delivery is not None
        assert second is not None
        assert bounces.count(conn, delivery.subscriber, since=NOON) == 1
        assert bounces.count(conn, delivery.subscriber, since=NOON + DAY) == 0
        assert bounces.count(conn, second, since=NOON) == 0


def test_an_address_that_the_server_rejected_is_suppressed(ledger: Ledger) -> None:
    replies = {ADDRESS: "5.1.1 no such user", OTHER: "5.7.1 we don't like your mail"}
    ledger.send()
    (id_,) = ledger.editions
    with ledger.store.begin() as conn:
        for row in list(deliveries.for_edition(conn, id_)):
            delivery = bounces.DeliveryRef(subscriber=row.subscriber, newsletter_id="main", edition_id=id_)
            bounces.record_bounce(conn, delivery, Outcome.FAILED, replies[row.subscriber.address], at=NOON)
        assert judge_refusals(id_, conn, now=NOON) is SuppressionState.WRITTEN
        assert judge_refusals(id_, conn, now=NOON) is None

    assert ledger.suppressed() == {ADDRESS: "refused: 5.1.1 no such user"}
