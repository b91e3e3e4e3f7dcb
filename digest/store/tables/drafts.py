"""Tables of the editor's desk: drafts, what was decided about them, and articles that an editor dropped."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from digest.model.drafts import DraftState
from digest.store.column_types import EnumText, Json, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata

#: Drafts; one for each slot that a newsletter holds back.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", SafeText, nullable=False),
    Column("slot_key", SafeText, nullable=False),
    Column("slot_due", UtcDateTime, nullable=False),
    #: What was collected by then is in it or was passed over; later editions look at the rest.
    Column("composed", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("state", EnumText(DraftState), nullable=False),
    Column("version", Integer, nullable=False),
    #: The digest as composed and the reserve stories; null once retention has deleted it.
    Column("content", Json),
    #: When a process took on the editor's mail, and when it was sent.
    Column("mail_started", UtcDateTime),
    Column("mailed", UtcDateTime),
    UniqueConstraint("newsletter_id", "slot_key"),
    Index(None, "slot_due"),
)

#: History of each draft.
draft_decisions = Table(
    "draft_decisions",
    metadata,
    Column("draft_id", ForeignKey(drafts.c.id, ondelete="CASCADE"), primary_key=True),
    #: The draft's version after the decision.
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", SafeText, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("values", Json, nullable=False),
    #: Of a merge: the brief of the merged story.
    Column("brief", Json),
)

#: Articles that no edition of the newsletter has, since an editor dropped their story.
dropped_articles = Table(
    "dropped_articles",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    Column("article_id", SafeText, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
