"""Publishes an edition with subscribers in the ledger, and builds its mails."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from sqlalchemy import ColumnElement, Connection

from digest.deliver.message.edition_headers import EditionHeaders
from digest.deliver.message.prepare import prepare_message
from digest.model.editions import Delivery, Edition, Outcome
from digest.model.mailbox import Mailbox
from digest.model.protocols import Message
from digest.pipeline.outbox import MessageBuilder, message_builder
from digest.settings import SmtpSettings
from digest.store import Store, deliveries, delivery_counts, editions, failures, subscribers
from digest.store.subscribers import NewSubscriber
from tests.support.values import NOON, edition

SENDER = "bounces@harbour.example"


def publish(store: Store, *addresses: str, readers: int = 0, published: Edition | None = None) -> int:
    """Publish an edition to these addresses and to ``readers`` generated ones; its id."""
    new_subscribers = [NewSubscriber(address=address) for address in addresses]
    new_subscribers += [NewSubscriber(address=f"reader{number}@harbour.example") for number in range(readers)]
    with store.begin() as conn:
        subscribers.add(conn, new_subscribers, "main", at=NOON)
        id_, _ = editions.add(conn, published or edition(), at=NOON)
        deliveries.create_for_edition(conn, id_, host="harbour.example", at=NOON)
    return id_


def builder_for(published: Edition) -> MessageBuilder:
    """Builder of the edition's mails."""
    sender = Mailbox.parse("Harbour <news@harbour.example>")
    headers = EditionHeaders(sender=sender, list_id="main", title="Harbour", date=NOON)
    return message_builder(prepare_message(published, headers), lambda _: {}, sender=SENDER)


def build_message(delivery: Delivery) -> Message:
    """The delivery's mail of the default edition."""
    return _default_builder()(delivery)


@cache
def _default_builder() -> MessageBuilder:
    return builder_for(edition())


def smtp_settings(port: int, **fields: object) -> SmtpSettings:
    """Settings for a server on this machine, without TLS."""
    return replace(SmtpSettings(host="127.0.0.1", port=port, security="none"), **fields)  # type: ignore[arg-type]


def set_outcome(conn: Connection, outcome: Outcome, *conditions: ColumnElement[bool], **values: object) -> None:
    """Give ledger rows an outcome, as if it had come about while they were sent."""
    changed = delivery_counts.lock_rows(conn, *conditions)
    delivery_counts.add(conn, delivery_counts.change(conn, changed, outcome, **values))
    if outcome in {Outcome.FAILED, Outcome.BOUNCED}:
        for row in changed:
            failures.add(conn, row.edition_id, [row.id])


def rows(store: Store, edition_id: int) -> dict[str, Delivery]:
    """The edition's ledger rows by address."""
    with store.read() as conn:
        return {row.subscriber.address: row for row in deliveries.for_edition(conn, edition_id)}
