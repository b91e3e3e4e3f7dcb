"""A bounce, complaint or unsubscribe mail changes the proven subscriber's state, once, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver.bounces.classify import MailKind
from digest.deliver.bounces.parse import parse_mail
from digest.model.delivery_token import DeliveryToken
from digest.model.editions import Outcome
from digest.model.slots import Slot
from digest.pipeline.bounces import ProcessedMail, process_bounce, suppress_rejected_addresses
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, bounces, deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN, HEADERS, complaint, dsn, plain_mail, unsubscribe_mail
from tests.support.values import NOON, edition

DAY = timedelta(days=1)
SETTINGS = Settings(bounces=BouncesSettings(soft_limit=3, soft_days=10), web=WebSettings(secret=Secret("secret")))
OTHER = "office@harbour.example"


class Ledger:
    """Two subscribers, and editions that were sent to them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.editions: list[int] = []
        with store.begin() as conn:
            new_subscribers = [NewSubscriber(address=ADDRESS), NewSubscriber(address=OTHER)]
            subscribers.add(conn, new_subscribers, "main", at=NOON)

    def send(self, day: int = 0) -> DeliveryToken:
        """Send the day's edition; the token of the first subscriber's delivery."""
        slot = Slot(due=NOON + day * DAY, key=f"{NOON + day * DAY:%Y-%m-%d}")
        with self.store.begin() as conn:
            id_, _ = editions.add(conn, edition(slot=slot, html=f"<p>{day}</p>"), at=slot.due)
            deliveries.create_for_edition(conn, id_, host="news.example", at=slot.due)
            self.editions.append(id_)
            (row,) = [row for row in deliveries.for_edition(conn, id_) if row.subscriber.address == ADDRESS]
        return DeliveryToken.from_message_id(row.message_id)

    def process(
        self, raw: bytes, token: DeliveryToken, *, day: int = 0, settings: Settings = SETTINGS
    ) -> ProcessedMail:
        """Process a mail about that delivery."""
        mail = parse_mail(raw.replace(f"{EDITION_TOKEN}.1".encode(), str(token).encode()))
        with self.store.begin() as conn:
            return process_bounce(mail, conn, settings, now=NOON + day * DAY)

    def suppressed(self) -> dict[str, str]:
        with self.store.read() as conn:
            return dict(subscribers.suppression_reasons(conn, [ADDRESS, OTHER]))

    def subscribed(self) -> list[str]:
        with self.store.read() as conn:
            return [subscriber.address for subscriber in subscribers.for_newsletter(conn, "main")]

    def outcome(self) -> Outcome:
        """State of the first subscriber's newest delivery."""
        with self.store.read() as conn:
            rows = list(deliveries.for_edition(conn, self.editions[-1]))
        return next(row.outcome for row in rows if row.subscriber.address == ADDRESS)


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


def test_an_unsubscribe_mail_from_another_address_needs_a_signed_token(ledger: Ledger) -> None:
    token = ledger.send()

    assert "ignored" in ledger.process(unsubscribe_mail(sender="someone@else.example"), token).action
    assert ledger.subscribed() == [OTHER, ADDRESS]
    assert ledger.process(unsubscribe_mail(sender="someone@else.example"), token.signed("secret")).has_changed
    assert ledger.subscribed() == [OTHER]


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
    assert not ledger.process(unsubscribe_mail(sender="forger@else.example"), token).is_ours
    assert ledger.subscribed() == [OTHER, ADDRESS]


def test_a_signed_token_alone_identifies_a_bounce(ledger: Ledger) -> None:
    signed = ledger.send().signed("secret")
    blank = dsn("5.1.1", address="else@where.example", copy="Subject: x\n", To=f"bounces+{signed}@news.example")

    assert ledger.process(blank, signed).has_changed
    assert list(ledger.suppressed()) == [ADDRESS]


@pytest.mark.parametrize("settings", [SETTINGS, Settings()], ids=["with a secret", "without"])
def test_nobody_is_suppressed_by_a_forged_mail(ledger: Ledger, settings: Settings) -> None:
    """A reader knows the edition's token and can guess ids, but does not know other readers' addresses."""
    token = ledger.send()
    headers = HEADERS.replace(ADDRESS, "forger@else.example")
    forged = [
        dsn("5.1.1", address="forger@else.example", copy=headers),
        complaint(copy=headers).replace(ADDRESS.encode(), b"forger@else.example"),
        dsn("5.1.1", address=f"x{ADDRESS}", copy=HEADERS.replace(ADDRESS, f"{ADDRESS}er")),
        unsubscribe_mail(sender="forger@else.example"),
    ]

    for raw in forged:
        processed = ledger.process(raw, token, settings=settings)
        wrongly_signed = ledger.process(raw, token.signed("guess"), settings=settings)

        assert not processed.has_changed
        assert not wrongly_signed.has_changed
        assert (processed.address, wrongly_signed.address) == ("", "")
    assert ledger.suppressed() == {}
    assert ledger.subscribed() == [OTHER, ADDRESS]


@pytest.mark.parametrize(
    "sender",
    [f"{ADDRESS}.evil.example", f"{ADDRESS}-x.example", f"x/{ADDRESS}", f"o'{ADDRESS}", f"{ADDRESS}@evil.example"],
)
def test_an_address_is_compared_as_a_whole(ledger: Ledger, sender: str) -> None:
    token = ledger.send()

    assert not ledger.process(unsubscribe_mail(sender=sender), token).has_changed
    assert not ledger.process(dsn("5.1.1", address=sender, copy=f"To: {sender}\n"), token).has_changed
    assert ledger.subscribed() == [OTHER, ADDRESS]


def test_an_unknown_token_is_ignored(ledger: Ledger) -> None:
    token = ledger.send()

    for unknown_token in (
        DeliveryToken(edition_token=token.edition_token, subscriber_id=10**9),
        DeliveryToken(edition_token="f" * 24, subscriber_id=1),
    ):
        assert "nothing proves" in ledger.process(dsn("5.1.1"), unknown_token).action


def test_delayed_and_automatic_mails_change_nothing(ledger: Ledger) -> None:
    token = ledger.send()

    for raw in (dsn("4.0.0", action="delayed"), unsubscribe_mail("Hello", Auto_Submitted="auto-replied"), b""):
        assert not ledger.process(raw, token).has_changed
    assert ledger.outcome() is Outcome.PENDING


def test_a_late_report_on_a_deleted_delivery_still_counts(ledger: Ledger) -> None:
    token = ledger.send()
    with ledger.store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM deliveries")

    assert ledger.process(complaint(), token).has_changed


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
        assert suppress_rejected_addresses(id_, conn, now=NOON) == 1
        assert suppress_rejected_addresses(id_, conn, now=NOON) == 0

    assert ledger.suppressed() == {ADDRESS: "refused: 5.1.1 no such user"}
