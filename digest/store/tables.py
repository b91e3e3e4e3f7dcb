"""The tables: what is kept, and the keys that hold the promises.

sources ← entries ← articles            what was collected, as published and as cleaned
unread                                  entries whose pages are still to be had
furniture                               what of it stands around a source's articles
slots, editions ← stories ← told        what was sent, and which articles it told
subscribers ← subscriptions             who reads what
editions × subscribers → deliveries     the ledger
runs                                    what the program did, and when

Sources and newsletters are defined in the settings; here they are only named by their ids.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    event,
    text,
)

from digest.model import BodyFormat, Outcome
from digest.store.column_types import EnumText, ImageJson, Json, SafeText, StringTuple, UtcDateTime


class SlotStatus(enum.StrEnum):
    """What became of a slot."""

    PUBLISHED = "published"
    #: There was nothing new to tell, and nothing was sent.
    EMPTY = "empty"
    #: The program was down when it was due, and for too long after.
    MISSED = "missed"
    #: It was due before the newsletter was there.
    BEFORE = "before"


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: Ten million mails a day are past 32 bits within a year; SQLite's own row numbers are called INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

# --- collected ---------------------------------------------------------------------------------------------------

#: The state of fetching, one row for each source that was ever visited.
sources = Table(
    "sources",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("title", SafeText, nullable=False, server_default=""),
    Column("etag", SafeText, nullable=False, server_default=""),
    Column("last_modified", SafeText, nullable=False, server_default=""),
    #: Where these two were given, if not at the source's own address.
    Column("found_url", SafeText, nullable=False, server_default=""),
    #: The server asked not to be visited before then.
    Column("not_before", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("last_failure", UtcDateTime),
    #: The first failure since the last success; null while it works.
    Column("failing_since", UtcDateTime),
    Column("error", SafeText, nullable=False, server_default=""),
    #: Failed visits in a row.
    Column("failures", Integer, nullable=False, server_default="0"),
    #: Between visits while it works; zero where its rhythm isn't known.
    Column("pause_s", Integer, nullable=False, server_default="0"),
    #: When it is visited again on schedule; null for whenever others are.
    Column("next_visit", UtcDateTime),
    #: Its own address when all this was learnt; empty where that isn't known.
    Column("address", SafeText, nullable=False, server_default=""),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source_id", SafeText, nullable=False),
    Column("guid", SafeText, nullable=False),
    Column("url", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("form", EnumText(BodyFormat), nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("published", UtcDateTime),
    Column("language", SafeText, nullable=False),
    Column("image", ImageJson),
    # Long text comes last in each table: SQLite reads through it to get at what comes after.
    Column("body", SafeText, nullable=False),
    UniqueConstraint("source_id", "guid"),
    Index(None, "seen", "source_id"),
)

#: One for each entry; two sources that carry the same article have a row each, with the same id.
articles = Table(
    "articles",
    metadata,
    Column("entry_id", ForeignKey(entries.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("id", SafeText, nullable=False, index=True),
    Column("source_id", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("url", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    Column("language", SafeText, nullable=False),
    Column("author", SafeText, nullable=False),
    Column("image", ImageJson),
    Column("paragraphs", StringTuple, nullable=False),
    Index(None, "source_id", "published"),
)

#: Teasers whose pages could not be had, and when they are asked for again.
pending_pages = Table(
    "unread",
    metadata,
    Column("entry_id", ForeignKey(entries.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("ask_again", UtcDateTime, nullable=False),
)

#: What the last articles of a source taught of its furniture; halved now and then, so that it stays small.
boilerplate = Table(
    "furniture",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    Column("seen", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("lines", Json, nullable=False),
)

# --- published ---------------------------------------------------------------------------------------------------

#: What became of each slot that fell due, for each audience.
slots = Table(
    "slots",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("key", SafeText, primary_key=True),
    Column("audience", SafeText, primary_key=True),
    Column("due", UtcDateTime, nullable=False),
    Column("fate", EnumText(SlotStatus), nullable=False),
    Column("decided", UtcDateTime, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", SafeText, nullable=False),
    Column("slot_key", SafeText, nullable=False),
    Column("slot_due", UtcDateTime, nullable=False),
    Column("audience", SafeText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("subject", SafeText, nullable=False),
    Column("preheader", SafeText, nullable=False),
    Column("language", SafeText, nullable=False),
    Column("reading_minutes", Integer, nullable=False),
    Column("published", UtcDateTime, nullable=False),
    #: What its Message-IDs begin with.
    Column("token", SafeText, nullable=False),
    Column("html", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    UniqueConstraint("newsletter_id", "slot_key", "audience", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
)

#: What an edition told, so that later ones don't tell it again.
stories = Table(
    "stories",
    metadata,
    Column("id", Number, primary_key=True),
    Column("edition_id", ForeignKey(editions.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("score", Float, nullable=False),
    Column("update", Boolean, nullable=False),
    Column("sentences", StringTuple, nullable=False),
    UniqueConstraint("edition_id", "position"),
)

#: The articles of a story that was told, copies too. No foreign key: they are remembered after the text is gone.
story_articles = Table(
    "told",
    metadata,
    Column("story_id", ForeignKey(stories.c.id, ondelete="CASCADE"), primary_key=True),
    Column("article_id", SafeText, primary_key=True, index=True),
    #: Title and paragraphs as they were told; null while the article still has them.
    Column("wording", StringTuple),
)

# --- read --------------------------------------------------------------------------------------------------------

subscribers = Table(
    "subscribers",
    metadata,
    Column("id", Number, primary_key=True),
    Column("address", SafeText, nullable=False),
    #: The address in small letters: nobody is written to twice for a capital.
    Column("address_key", SafeText, nullable=False, unique=True),
    Column("name", SafeText, nullable=False, server_default=""),
    Column("preferences", Json, nullable=False, server_default="{}"),
    Column("added", UtcDateTime, nullable=False),
    #: Why the address gets no more mail (a hard bounce, a complaint); empty for everyone else.
    Column("suppressed", SafeText, nullable=False, server_default=""),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", UtcDateTime, nullable=False),
)

# --- delivered ---------------------------------------------------------------------------------------------------

_HELD = text("sender IS NOT NULL")

#: The ledger. Newsletter, slot and revision stand here again, for the key that keeps anyone from getting two.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("edition_id", ForeignKey(editions.c.id), nullable=False),
    Column("subscriber_id", ForeignKey(subscribers.c.id), nullable=False, index=True),
    Column("newsletter_id", SafeText, nullable=False),
    Column("slot_key", SafeText, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("message_id", SafeText, nullable=False, unique=True),
    Column("outcome", EnumText(Outcome), nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("reply", SafeText, nullable=False, server_default=""),
    #: The queue: set on the rows that wait for a sender, and on no others.
    Column("next_try", UtcDateTime),
    #: The process that holds the row; null while nobody does.
    Column("sender", SafeText),
    Column("changed", UtcDateTime, nullable=False),
    UniqueConstraint("newsletter_id", "slot_key", "revision", "subscriber_id"),
    Index(None, "edition_id", "next_try"),
    # Of the few rows that are held, and not of all that ever were: each mail's commit writes one page less.
    Index("ix_deliveries_sender", "sender", sqlite_where=_HELD),
)


@event.listens_for(deliveries, "before_create")
def _index_held_rows_only(_: Table, conn: Connection, **__: Any) -> None:
    """On PostgreSQL too. Said up there, it would load PostgreSQL's dialect at every start, wherever the store is."""
    if conn.dialect.name == "postgresql":
        held = next(index for index in deliveries.indexes if index.name == "ix_deliveries_sender")
        held.dialect_options["postgresql"]["where"] = _HELD


# --- done --------------------------------------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", SafeText, nullable=False),
    #: What it was about: a newsletter's id, say; empty for everything.
    Column("about", SafeText, nullable=False, server_default=""),
    Column("started", UtcDateTime, nullable=False, index=True),
    Column("ended", UtcDateTime),
    Column("outcome", SafeText, nullable=False, server_default=""),
    Column("counts", Json, nullable=False, server_default="{}"),
)
