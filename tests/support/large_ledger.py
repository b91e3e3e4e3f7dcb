"""A ledger of any size, filled by the database itself: a million rows in some twenty seconds."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from digest.store import Store
from digest.store.tables import editions
from tests.support.values import NOON

#: Numbers from 1 on; both databases know this.
_NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :count)"
_SUBSCRIBERS = f"""
INSERT INTO subscribers (address, address_key, added)
{_NUMBERS} SELECT 'reader' || n || '@example.org', 'reader' || n || '@example.org', '2026-01-01 00:00:00' FROM numbers
WHERE n > (SELECT count(*) FROM subscribers)
"""
# Each edition goes to the subscribers that follow those of the edition before.
_DELIVERIES = """
INSERT INTO deliveries
    (edition_id, subscriber_id, newsletter_id, slot_key, revision, message_id, outcome, attempts, reply, next_try,
     changed)
SELECT
    editions.id, subscribers.id, newsletter_id, slot_key, revision,
    '<' || token || '.' || subscribers.id || '.abcdefghijklmnop@example.org>',
    CASE WHEN editions.id > :sent THEN 'pending' ELSE 'sent' END,
    CASE WHEN editions.id > :sent THEN 0 ELSE 1 END,
    CASE WHEN editions.id > :sent THEN '' ELSE '250 2.0.0 Ok: queued as 4XyZ123456' END,
    CASE WHEN editions.id > :sent THEN published END,
    published
FROM editions
JOIN subscribers ON subscribers.id > editions.id * :recipients % :subscribers
    AND subscribers.id <= editions.id * :recipients % :subscribers + :recipients
WHERE editions.id >= :first
ORDER BY editions.id, subscribers.id
"""


def fill_ledger(store: Store, *, count: int, recipients: int, due: int = 1, first: int = 1) -> None:
    """Add so many editions, an hour apart until noon, with so many recipients each; their ids begin with ``first``.

    All mails are sent but those of the last ``due`` editions. The statistics stay as they are: see ``analyze``.
    """
    subscribers = max(count // 10, 1) * recipients
    last = first + count - 1
    with store.begin(durable=False) as conn:
        rows = [_edition(id_, NOON - timedelta(hours=last - id_)) for id_ in range(first, last + 1)]
        conn.execute(editions.insert(), rows)
        conn.execute(text(_SUBSCRIBERS), {"count": subscribers + recipients})
        if conn.dialect.name == "postgresql":  # no check of foreign keys, row by row
            conn.execute(text("SET LOCAL session_replication_role = replica"))
            conn.execute(text("SET LOCAL enable_hashjoin = off"))
            conn.execute(text("SET LOCAL enable_seqscan = off"))
        values = {"sent": last - due, "recipients": recipients, "subscribers": subscribers, "first": first}
        conn.execute(text(_DELIVERIES), values)


def analyze(store: Store) -> None:
    """Collect PostgreSQL's statistics; it does so by itself some minutes after such changes."""
    with store.begin(durable=False) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(text("ANALYZE"))


def _edition(id_: int, published: object) -> dict[str, object]:
    plain = dict.fromkeys(("subject", "preheader", "audience"), "")
    return plain | {
        "id": id_,
        "newsletter_id": f"news{id_ % 50}",
        "slot_key": f"slot{id_}",
        "slot_due": published,
        "revision": 1,
        "language": "en",
        "reading_minutes": 1,
        "published": published,
        "token": f"token{id_:07}",
        "html": "<p>The harbour opens again.</p>",
        "text": "The harbour opens again.",
    }
