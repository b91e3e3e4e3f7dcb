"""What comes back changes what is sent: to whom it is proven to be about, once, and to nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.deliver.bounces.classify import Kind
from digest.deliver.bounces.parse import read
from digest.model import Outcome, Slot
from digest.model.delivery_token import DeliveryToken
from digest.pipeline.bounces import Heard, heed, heed_refusals
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, bounces, deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.bounce_mails import ADDRESS, HEADERS, TOKEN, complaint, dsn, leaving
from tests.support.values import NOON, edition

DAY = timedelta(days=1)
SETTINGS = Settings(bounces=BouncesSettings(soft_limit=3, soft_days=10), web=WebSettings(secret=Secret("secret")))
OTHER = "office@harbour.example"


class Ledger:
    """Two readers, and as many editions sent to them as are asked for."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.editions: list[int] = []
        with store.begin() as conn:
            people = [NewSubscriber(address=ADDRESS), NewSubscriber(address=OTHER)]
            subscribers.add(conn, people, "main", at=NOON)

    def send(self, day: int = 0) -> DeliveryToken:
        """Send the day's edition; the mark of the first reader's copy."""
        slot = Slot(due=NOON + day * DAY, key=f"{NOON + day * DAY:%Y-%m-%d}")
        with self.store.begin() as conn:
            id_, _ = editions.add(conn, edition(slot=slot, html=f"<p>{day}</p>"), at=slot.due)
            deliveries.create_for_edition(conn, id_, host="news.example", at=slot.due)
            self.editions.append(id_)
            (row,) = [row for row in deliveries.for_edition(conn, id_) if row.subscriber.address == ADDRESS]
        token, _, number = row.message_id.strip("<>").partition("@")[0].partition(".")
        return DeliveryToken(edition_token=token, subscriber_id=int(number))

    def hear(self, raw: bytes, mark: DeliveryToken, *, day: int = 0, settings: Settings = SETTINGS) -> Heard:
        """A mail about that copy comes in."""
        notice = read(raw.replace(f"{TOKEN}.1".encode(), str(mark).encode()))
        with self.store.begin() as conn:
            return heed(notice, conn, settings, now=NOON + day * DAY)

    def suppressed(self) -> dict[str, str]:
        with self.store.read() as conn:
            return dict(subscribers.suppression_reasons(conn, [ADDRESS, OTHER]))

    def readers(self) -> list[str]:
        with self.store.read() as conn:
            return [reader.address for reader in subscribers.for_newsletter(conn, "main")]

    def outcome(self) -> Outcome:
        """Where the first reader's newest copy stands."""
        with self.store.read() as conn:
            rows = list(deliveries.for_edition(conn, self.editions[-1]))
        return next(row.outcome for row in rows if row.subscriber.address == ADDRESS)


@pytest.fixture
def ledger(store: Store) -> Ledger:
    return Ledger(store)


def test_an_address_that_does_not_exist_gets_no_more_mail(ledger: Ledger) -> None:
    mark = ledger.send()

    heard = ledger.hear(dsn("5.1.1", "smtp; 550 no such user"), mark)

    assert heard == Heard(
        kind=Kind.HARD,
        address=ADDRESS,
        done="gets no more mail: bounced: 5.1.1 550 no such user",
        has_changed=True,
    )
    assert ledger.suppressed() == {ADDRESS: "bounced: 5.1.1 550 no such user"}
    assert ledger.outcome() is Outcome.BOUNCED
    ledger.send(day=1)
    assert ledger.outcome() is Outcome.SUPPRESSED


def test_who_complains_gets_no_more_mail(ledger: Ledger) -> None:
    mark = ledger.send()

    assert ledger.hear(complaint(), mark).has_changed
    assert ledger.suppressed()[ADDRESS].startswith("complained: ")


def test_one_mail_that_comes_twice_is_heeded_once(ledger: Ledger) -> None:
    mark = ledger.send()

    assert ledger.hear(dsn("5.2.2"), mark).has_changed
    assert not ledger.hear(dsn("5.2.2"), mark).has_changed
    assert not ledger.hear(dsn("5.2.2"), mark).has_changed
    assert ledger.suppressed() == {}


def test_an_address_that_fails_again_and_again_gets_no_more_mail(ledger: Ledger) -> None:
    for day in range(3):
        assert ledger.suppressed() == {}
        heard = ledger.hear(dsn("5.2.2", "smtp; over quota"), ledger.send(day), day=day)

    assert heard.done == "gets no more mail: 3 mails came back within 10 days: 5.2.2 over quota"
    assert list(ledger.suppressed()) == [ADDRESS]


def test_failures_far_apart_are_no_reason(ledger: Ledger) -> None:
    for day in (0, 11, 22, 33):
        ledger.hear(dsn("5.2.2"), ledger.send(day), day=day)

    assert ledger.suppressed() == {}


def test_a_mail_refused_for_what_it_is_speaks_of_nobodys_address(ledger: Ledger) -> None:
    for day in range(4):
        heard = ledger.hear(dsn("5.7.1", "smtp; blocked"), ledger.send(day), day=day)

        assert (heard.kind, heard.done) == (Kind.REFUSED, "noted: 5.7.1 blocked")
        assert ledger.outcome() is Outcome.FAILED
    assert ledger.suppressed() == {}


def test_who_was_readmitted_can_be_suppressed_again(ledger: Ledger) -> None:
    ledger.hear(dsn("5.1.1"), ledger.send())
    with ledger.store.begin() as conn:
        subscribers.unsuppress(conn, ADDRESS)

    assert ledger.hear(dsn("5.1.1"), ledger.send(1)).has_changed
    assert ledger.suppressed()


def test_who_leaves_by_mail_is_unsubscribed_once(ledger: Ledger) -> None:
    mark = ledger.send()

    assert ledger.hear(leaving(), mark).done == "unsubscribed from main"
    assert ledger.hear(leaving(), mark).done == "was not subscribed to main"
    assert ledger.readers() == [OTHER]
    assert ledger.suppressed() == {}


def test_who_forwards_the_mail_leaves_by_its_seal(ledger: Ledger) -> None:
    mark = ledger.send()

    assert "ignored" in ledger.hear(leaving(sender="someone@else.example"), mark).done
    assert ledger.readers() == [OTHER, ADDRESS]
    assert ledger.hear(leaving(sender="someone@else.example"), mark.signed("secret")).has_changed
    assert ledger.readers() == [OTHER]


def test_a_bounce_is_known_by_the_seal_alone(ledger: Ledger) -> None:
    sealed = ledger.send().signed("secret")
    blank = dsn("5.1.1", address="else@where.example", copy="Subject: x\n", To=f"bounces+{sealed}@news.example")

    assert ledger.hear(blank, sealed).has_changed
    assert list(ledger.suppressed()) == [ADDRESS]


@pytest.mark.parametrize("settings", [SETTINGS, Settings()], ids=["with a secret", "without"])
def test_nobody_is_suppressed_by_a_forged_mail(ledger: Ledger, settings: Settings) -> None:
    """A reader knows the edition's token and can count; the address of another reader is not in what it sends."""
    mark = ledger.send()
    known = HEADERS.replace(ADDRESS, "forger@else.example")
    forged = [
        dsn("5.1.1", address="forger@else.example", copy=known),
        complaint(copy=known).replace(ADDRESS.encode(), b"forger@else.example"),
        dsn("5.1.1", address=f"x{ADDRESS}", copy=HEADERS.replace(ADDRESS, f"{ADDRESS}er")),
        leaving(sender="forger@else.example"),
    ]

    for raw in forged:
        heard = ledger.hear(raw, mark, settings=settings)
        wrong_seal = ledger.hear(raw, mark.signed("guess"), settings=settings)

        assert not heard.has_changed
        assert not wrong_seal.has_changed
        assert (heard.address, wrong_seal.address) == ("", "")
    assert ledger.suppressed() == {}
    assert ledger.readers() == [OTHER, ADDRESS]


def test_a_mark_of_nobody_is_ignored(ledger: Ledger) -> None:
    mark = ledger.send()

    for unknown in (
        DeliveryToken(edition_token=mark.edition_token, subscriber_id=10**9),
        DeliveryToken(edition_token="f" * 24, subscriber_id=1),
    ):
        assert "nothing proves" in ledger.hear(dsn("5.1.1"), unknown).done


def test_what_asks_for_nothing_changes_nothing(ledger: Ledger) -> None:
    mark = ledger.send()

    for raw in (dsn("4.0.0", action="delayed"), leaving(Auto_Submitted="auto-replied"), b""):
        assert not ledger.hear(raw, mark).has_changed
    assert ledger.outcome() is Outcome.PENDING


def test_a_late_report_on_a_copy_that_the_ledger_forgot_still_counts(ledger: Ledger) -> None:
    mark = ledger.send()
    with ledger.store.begin() as conn:
        conn.exec_driver_sql("DELETE FROM deliveries")

    assert ledger.hear(complaint(), mark).has_changed


def test_what_came_back_is_counted_for_its_reader_alone(ledger: Ledger) -> None:
    mark = ledger.send()
    ledger.hear(dsn("5.2.2"), mark)

    with ledger.store.read() as conn:
        copy = bounces.find_delivery(conn, mark)
        other = subscribers.find(conn, OTHER)
        assert copy is not None
        assert other is not None
        assert bounces.count(conn, copy.subscriber, since=NOON) == 1
        assert bounces.count(conn, copy.subscriber, since=NOON + DAY) == 0
        assert bounces.count(conn, other, since=NOON) == 0


def test_an_address_refused_at_the_door_gets_no_more_mail(ledger: Ledger) -> None:
    replies = {ADDRESS: "5.1.1 no such user", OTHER: "5.7.1 we don't like your mail"}
    ledger.send()
    (id_,) = ledger.editions
    with ledger.store.begin() as conn:
        for row in list(deliveries.for_edition(conn, id_)):
            copy = bounces.DeliveryRef(subscriber=row.subscriber, newsletter_id="main", edition_id=id_)
            bounces.record_bounce(conn, copy, Outcome.FAILED, replies[row.subscriber.address], at=NOON)
        assert heed_refusals(id_, conn, now=NOON) == 1
        assert heed_refusals(id_, conn, now=NOON) == 0

    assert ledger.suppressed() == {ADDRESS: "refused: 5.1.1 no such user"}
