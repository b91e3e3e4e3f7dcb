"""Tables of subscribers, their subscriptions, and the suppressions of their addresses."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table

from digest.model.editions import SuppressionState
from digest.store.column_types import EnumText, Json, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata
from digest.store.tables.published import editions

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("address", SafeText, nullable=False),
    #: The address in lower case: no subscriber is added twice for a capital letter.
    Column("address_key", SafeText, nullable=False, unique=True),
    Column("name", SafeText, nullable=False, server_default=""),
    Column("preferences", Json, nullable=False, server_default="{}"),
    Column("added", UtcDateTime, nullable=False),
    #: Why the address gets no more mail (a hard bounce, a complaint); empty if it does.
    Column("suppressed", SafeText, nullable=False, server_default=""),
    #: In the tokens of links to pages: raised to revoke those of before.
    Column("links_version", Integer, nullable=False, server_default="0"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", UtcDateTime, nullable=False),
)

#: Former subscribers, remembered for good: no import brings them back.
unsubscribes = Table(
    "unsubscribes",
    metadata,
    #: Empty for all newsletters.
    Column("newsletter_id", SafeText, primary_key=True),
    #: ``subscribers.address_key``, hashed with the store's own key: it tells nobody the address.
    Column("address_hash", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="SET NULL"), index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("reason", SafeText, nullable=False),
)

#: Why and when an edition suppressed a subscriber's address, or would have. An edition with one that is held back or
#: refused is suspected.
suppressions = Table(
    "suppressions",
    metadata,
    Column("edition_id", ForeignKey(editions.c.id), primary_key=True, autoincrement=False),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("newsletter_id", SafeText, nullable=False),
    Column("state", EnumText(SuppressionState), nullable=False),
    Column("decided", UtcDateTime, nullable=False),
    Column("reason", SafeText, nullable=False),
    Index(None, "newsletter_id", "decided"),
)
