"""A ledger with deliveries that bounces, complaints and unsubscribe mails can be about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from digest.deliver.bounces.parse import parse_mail
from digest.model.delivery_token import DeliveryToken
from digest.model.editions import Outcome
from digest.model.slots import Slot
from digest.pipeline.bounces import process_bounce
from digest.pipeline.processed_mail import ProcessedMail
from digest.settings import BouncesSettings, Secret, Settings, WebSettings
from digest.store import Store, deliveries, editions, subscribers
from digest.store.subscribers import NewSubscriber
from digest.store.tables import deliveries as table
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN
from tests.support.values import NOON, edition

DAY = timedelta(days=1)
SECRET = "a secret of more than 32 characters"
SETTINGS = Settings(bounces=BouncesSettings(soft_limit=3, soft_days=10), web=WebSettings(secret=Secret(SECRET)))
OTHER = "office@harbour.example"


class Ledger:
    """Two subscribers, and editions that were sent to them."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.editions: list[int] = []
        with store.begin() as conn:
            new_subscribers = [NewSubscriber(address=ADDRESS), NewSubscriber(address=OTHER)]
            subscribers.add(conn, new_subscribers, "main", at=NOON)

    def send(self, day: int = 0, *, key: str = SECRET, unsigned: bool = False) -> DeliveryToken:
        """Send the day's edition; the token of the first subscriber's delivery. Earlier versions sent unsigned ones."""
        slot = Slot(due=NOON + day * DAY, key=f"{NOON + day * DAY:%Y-%m-%d}")
        with self.store.begin() as conn:
            id_, _ = editions.add(conn, edition(slot=slot, html=f"<p>{day}</p>"), at=slot.due)
            deliveries.create_for_edition(conn, id_, host="news.example", at=slot.due, key=key)
            if unsigned:
                remove_signatures(conn)
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


def remove_signatures(conn: Connection) -> None:
    """Store the Message-IDs as earlier versions did: with unsigned tokens."""
    for id_, message_id in conn.execute(table.select().with_only_columns(table.c.id, table.c.message_id)).all():
        unsigned = replace(DeliveryToken.from_message_id(message_id), signature="")
        conn.execute(table.update().where(table.c.id == id_).values(message_id=unsigned.message_id("news.example")))
