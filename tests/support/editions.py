"""An edition with its readers in the ledger, and what it takes to send it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from digest.deliver.message.edition_headers import Letterhead
from digest.deliver.message.message import prepare
from digest.model import Delivery, Edition
from digest.model.mailbox import Mailbox
from digest.model.protocols import Message
from digest.pipeline.outbox import Writer, writer
from digest.settings import SmtpSettings
from digest.store import Store, deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

SENDER = "bounces@harbour.example"


def publish(store: Store, *addresses: str, readers: int = 0, published: Edition | None = None) -> int:
    """An edition with these readers, or so many, in the ledger; its id."""
    people = [NewSubscriber(address=address) for address in addresses]
    people += [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(readers)]
    with store.begin() as conn:
        subscribers.add(conn, people, "main", at=NOON)
        id_, _ = editions.add(conn, published or edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
    return id_


def writer_of(published: Edition) -> Writer:
    """Makes the edition's mails."""
    sender = Mailbox.parse("Harbour <news@harbour.example>")
    letterhead = Letterhead(sender=sender, list_id="main", title="Harbour", date=NOON)
    return writer(prepare(published, letterhead), lambda _: {}, sender=SENDER)


def write(delivery: Delivery) -> Message:
    """A mail of the usual edition."""
    return _usual()(delivery)


@cache
def _usual() -> Writer:
    return writer_of(edition())


def smtp(port: int, **more: object) -> SmtpSettings:
    """Settings for a server on this machine."""
    return replace(SmtpSettings(host="127.0.0.1", port=port, security="none"), **more)  # type: ignore[arg-type]


def rows(store: Store, edition_id: int) -> dict[str, Delivery]:
    """The edition's ledger, by address."""
    with store.read() as conn:
        return {row.subscriber.address: row for row in deliveries.for_edition(conn, edition_id)}
