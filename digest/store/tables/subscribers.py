"""Tables of subscribers, their subscriptions, and the suppressions of their addresses."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, UniqueConstraint, event, text

from digest.model.editions import SuppressionState
from digest.store.column_types import EnumText, Json, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata
from digest.store.tables.published import editions

#: Written into queries as it is, so that both databases find the index.
IS_SUPPRESSED = text("suppressed <> ''")

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
    #: When the address was changed; bounces of editions before are about another one.
    Column("address_since", UtcDateTime),
    #: The subscriber that this one became a part of, when that one took over its address; its links act on that one.
    Column("merged_into", Number),
    # Of the few suppressed ones, to count them.
    Index("ix_subscribers_suppressed", "id", sqlite_where=IS_SUPPRESSED),
)


@event.listens_for(subscribers, "before_create")
def _index_suppressed_rows_only(_: Table, conn: Connection, **__: Any) -> None:
    """Make the index partial on PostgreSQL too. In the table's declaration this would import PostgreSQL's dialect."""
    if conn.dialect.name == "postgresql":
        index = next(index for index in subscribers.indexes if index.name == "ix_subscribers_suppressed")
        index.dialect_options["postgresql"]["where"] = IS_SUPPRESSED


subscriptions = Table(
    "subscriptions",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", UtcDateTime, nullable=False),
)

#: Wishes of subscribers for a newsletter, kept when they leave it, so that coming back brings them back.
subscription_preferences = Table(
    "subscription_preferences",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    #: As ``ReadingPreferences.to_json``.
    Column("preferences", Json, nullable=False, server_default="{}"),
    #: Key of the audience: the one of these wishes, or one near to them if there are too many.
    Column("audience", SafeText, nullable=False, server_default=""),
    #: When it changed, while the subscriber's earlier editions differ from those of the audience; null otherwise.
    Column("audience_since", UtcDateTime),
    #: When an edition was last composed for this audience with this subscriber in it.
    Column("considered", UtcDateTime),
    #: No edition of a slot that is due before.
    Column("paused_until", UtcDateTime),
    Index(None, "newsletter_id", "audience"),
)

#: The wishes of each audience.
audiences = Table(
    "audiences",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("key", SafeText, primary_key=True),
    Column("preferences", Json, nullable=False),
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

#: Requests to subscribe; each waits for one mail to the address, and then for the confirmation that it asks for.
subscription_requests = Table(
    "subscription_requests",
    metadata,
    Column("id", Number, primary_key=True),
    Column("address", SafeText, nullable=False),
    Column("address_key", SafeText, nullable=False),
    #: Ids with commas between, sorted: a mail confirms the newsletters that it names, and no others.
    Column("newsletters", SafeText, nullable=False),
    Column("name", SafeText, nullable=False),
    #: The network that asked: ``192.0.2.0/24``.
    Column("network", SafeText, nullable=False),
    Column("asked", UtcDateTime, nullable=False),
    #: Since when it waits for its mail; null if it doesn't.
    Column("waiting_since", UtcDateTime, index=True),
    Column("confirmed", UtcDateTime),
    #: Of the page that was asked on: ``de``.
    Column("language", SafeText, server_default="", nullable=False),
    #: As ``ReadingPreferences.to_json``.
    Column("preferences", Json, nullable=False, server_default="{}"),
    #: When its last mail was sent, whose links are about it; null if none was.
    Column("mailed", UtcDateTime),
    Index("ix_subscription_requests_network", "network"),
    UniqueConstraint("address_key", "newsletters"),
    # The links of a request that is gone must not fit another one.
    sqlite_autoincrement=True,
)

#: Mails that asked for a confirmation, for the limits on them.
confirmation_mails = Table(
    "confirmation_mails",
    metadata,
    Column("id", Number, primary_key=True),
    #: As in ``unsubscribes``.
    Column("address_hash", SafeText, nullable=False, index=True),
    Column("network", SafeText, nullable=False),
    Column("sent", UtcDateTime, nullable=False, index=True),
    #: The address wants no such mail.
    Column("declined", UtcDateTime),
)
