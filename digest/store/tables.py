"""Tables, and the keys that guarantee the invariants. Names in brackets are those in the database.

sources ← entries ← articles                       collected entries, as published and as cleaned
pending_pages (unread)                             entries whose pages are still to be fetched
boilerplate (furniture)                            boilerplate lines learned from each source
slots, editions ← stories ← story_articles (told)  published editions and their articles
subscribers ← subscriptions
editions × subscribers → deliveries                the ledger
unread_mails                                       mails in the mailbox for bounces that are none of ours
runs                                               run history of jobs

Sources and newsletters are defined in the settings; the tables refer to them by id.
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

from digest.model.articles import BodyFormat
from digest.model.editions import Outcome
from digest.store.column_types import EnumText, ImageJson, Json, SafeText, StringTuple, UtcDateTime


class SlotStatus(enum.StrEnum):
    """The outcome of a slot that was due."""

    PUBLISHED = "published"
    #: There was nothing new, and nothing was sent.
    EMPTY = "empty"
    #: The program was down when the slot was due, and for too long after.
    MISSED = "missed"
    #: The slot was due before the newsletter was registered.
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

#: Ten million mails a day exceed 32 bits within a year. SQLite's row ids must be INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")

# --- collected -------------------------------------------------------------------------------------------------------

#: Fetch state, one row for each source ever fetched.
sources = Table(
    "sources",
    metadata,
    Column("id", SafeText, primary_key=True),
    Column("title", SafeText, nullable=False, server_default=""),
    Column("etag", SafeText, nullable=False, server_default=""),
    Column("last_modified", SafeText, nullable=False, server_default=""),
    #: The URL that sent these two, if not the source's own address.
    Column("found_url", SafeText, nullable=False, server_default=""),
    #: The server asked for no request before then.
    Column("not_before", UtcDateTime),
    Column("last_success", UtcDateTime),
    Column("last_failure", UtcDateTime),
    #: The first failure since the last success; null while it works.
    Column("failing_since", UtcDateTime),
    Column("error", SafeText, nullable=False, server_default=""),
    #: Failed fetches in a row.
    Column("failures", Integer, nullable=False, server_default="0"),
    #: Interval between fetches while it works; zero if its frequency isn't known.
    Column("pause_s", Integer, nullable=False, server_default="0"),
    #: Earliest next fetch on schedule; null for the usual interval.
    Column("next_visit", UtcDateTime),
    #: The source's address at the last fetch; empty if unknown.
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
    # Long text comes last in each table: SQLite must read through it to get at later columns.
    Column("body", SafeText, nullable=False),
    UniqueConstraint("source_id", "guid"),
    Index(None, "seen", "source_id"),
)

#: One row for each entry; two sources with the same article have a row each, with the same id.
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

#: Entries whose pages couldn't be fetched, and the times of the next tries.
pending_pages = Table(
    "unread",
    metadata,
    Column("entry_id", ForeignKey(entries.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("ask_again", UtcDateTime, nullable=False),
)

#: Boilerplate lines learned from a source's last articles; halved now and then, so that it stays small.
boilerplate = Table(
    "furniture",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    Column("seen", UtcDateTime, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("lines", Json, nullable=False),
)

# --- published -------------------------------------------------------------------------------------------------------

#: The status of each slot that was due, for each audience.
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
    #: Its Message-IDs begin with this.
    Column("token", SafeText, nullable=False),
    Column("html", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    UniqueConstraint("newsletter_id", "slot_key", "audience", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
)

#: Published stories, so that later editions don't repeat them.
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

#: Articles of published stories, near-duplicates too. No foreign key: the ids outlive the articles' text.
story_articles = Table(
    "told",
    metadata,
    Column("story_id", ForeignKey(stories.c.id, ondelete="CASCADE"), primary_key=True),
    Column("article_id", SafeText, primary_key=True, index=True),
    #: Title and paragraphs as published; null while the stored article has the same.
    Column("wording", StringTuple),
)

# --- subscribed ------------------------------------------------------------------------------------------------------

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
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", UtcDateTime, nullable=False),
)

# --- delivered -------------------------------------------------------------------------------------------------------

_CLAIMED = text("sender IS NOT NULL")

#: The ledger. Newsletter, slot and revision are repeated here for the unique key that prevents a second mail.
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
    #: The queue: set on rows that wait for a sender, and on no others.
    Column("next_try", UtcDateTime),
    #: The sender that has claimed the row; null if none has.
    Column("sender", SafeText),
    Column("changed", UtcDateTime, nullable=False),
    UniqueConstraint("newsletter_id", "slot_key", "revision", "subscriber_id"),
    Index(None, "edition_id", "next_try"),
    # Only of the few claimed rows: each mail's commit writes one page less.
    Index("ix_deliveries_sender", "sender", sqlite_where=_CLAIMED),
)


@event.listens_for(deliveries, "before_create")
def _index_claimed_rows_only(_: Table, conn: Connection, **__: Any) -> None:
    """Make the index partial on PostgreSQL too. In the table's declaration this would import PostgreSQL's dialect."""
    if conn.dialect.name == "postgresql":
        index = next(index for index in deliveries.indexes if index.name == "ix_deliveries_sender")
        index.dialect_options["postgresql"]["where"] = _CLAIMED


# --- run -------------------------------------------------------------------------------------------------------------

#: Mails in the mailbox for bounces that are none of ours: they stay unread there, and are not fetched again.
unread_mails = Table(
    "unread_mails",
    metadata,
    #: Account and folder; within it, a mail's UID is valid as long as UIDVALIDITY is the same (RFC 3501).
    Column("mailbox", SafeText, primary_key=True),
    Column("uid_validity", Number, primary_key=True, autoincrement=False),
    Column("uid", Number, primary_key=True, autoincrement=False),
    *(Column(name, SafeText, nullable=False) for name in ("sender", "subject", "detail")),
    Column("seen", UtcDateTime, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", SafeText, nullable=False),
    #: A newsletter's id, if the run was for one newsletter; else empty.
    Column("about", SafeText, nullable=False, server_default=""),
    Column("started", UtcDateTime, nullable=False, index=True),
    Column("ended", UtcDateTime),
    Column("outcome", SafeText, nullable=False, server_default=""),
    Column("counts", Json, nullable=False, server_default="{}"),
)
