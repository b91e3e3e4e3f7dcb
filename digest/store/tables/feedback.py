"""Table of subscribers' votes on published stories."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Table

from digest.model.feedback import Vote
from digest.store.column_types import EnumText, UtcDateTime
from digest.store.tables.metadata import metadata
from digest.store.tables.published import stories
from digest.store.tables.subscribers import subscribers

#: One vote of each subscriber on each story; the last one counts.
feedback = Table(
    "feedback",
    metadata,
    Column("story_id", ForeignKey(stories.c.id, ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column(
        "subscriber_id",
        ForeignKey(subscribers.c.id, ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    ),
    Column("vote", EnumText(Vote), nullable=False),
    Column("changed", UtcDateTime, nullable=False),
)
