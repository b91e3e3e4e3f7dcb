"""Tables of slots, and of published editions with their stories."""

from __future__ import annotations

import enum

from sqlalchemy import Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, Table, UniqueConstraint

from digest.model.editions import EditionKind
from digest.store.column_types import EnumText, Json, SafeText, StringTuple, UtcDateTime
from digest.store.tables.metadata import Number, metadata


class SlotStatus(enum.StrEnum):
    """The outcome of a slot that was due."""

    PUBLISHED = "published"
    #: There was nothing new, and nothing was sent.
    EMPTY = "empty"
    #: The program was down when the slot was due, and for too long after.
    MISSED = "missed"
    #: The slot was due before the newsletter was registered.
    BEFORE = "before"
    #: An editor rejected the edition, or did not answer where that counts as a rejection.
    REJECTED = "rejected"


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
    #: The newsletter's subscribers who got mail when it was frozen; null in editions of earlier versions.
    Column("subscribers", Number),
    Column("kind", EnumText(EditionKind), nullable=False, server_default=EditionKind.DIGEST),
    #: Of the editor who checked it, for pages.
    Column("note", SafeText, nullable=False, server_default=""),
    Column("note_author", SafeText, nullable=False, server_default=""),
    UniqueConstraint("newsletter_id", "slot_key", "audience", "revision"),
    CheckConstraint("revision >= 1", name="revision"),
    # For the archive: an edition's row is read for nothing but its heading and body.
    Index(None, "newsletter_id", "audience", "slot_due"),
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
    #: The first story of which this one is an update, or its own id; the same in all newsletters.
    Column("thread_id", Number, nullable=False, server_default="0", index=True),
    #: The lead's outlet; empty in editions of earlier versions.
    Column("outlet", SafeText, nullable=False, server_default=""),
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

#: For pages: sources of the stories' sentences, as published. A story of a version before may have no row.
story_texts = Table(
    "story_texts",
    metadata,
    Column("story_id", ForeignKey(stories.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("section", SafeText, nullable=False),
    Column("language", SafeText, nullable=False),
    #: For each of the story's sentences the index of its article; -1 if it isn't known.
    Column("citations", Json, nullable=False),
    #: Headings of the story's articles, the lead first.
    Column("articles", Json, nullable=False),
)
