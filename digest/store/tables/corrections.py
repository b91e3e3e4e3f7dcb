"""Tables of the correction watch: articles that are compared again, and sentences that changed since an edition."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from digest.model.corrections import CorrectionKind
from digest.store.column_types import EnumText, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata
from digest.store.tables.published import editions, stories

#: Articles that editions quoted and that are watched. No foreign key: the ids outlive the articles' text.
watched_articles = Table(
    "watched_articles",
    metadata,
    Column("article_id", SafeText, primary_key=True),
    Column("source_id", SafeText, nullable=False),
    #: The page that the text came from; empty if it came with the feed, whose new versions are compared.
    Column("page_url", SafeText, nullable=False),
    #: When an edition quoted it first.
    Column("told", UtcDateTime, nullable=False),
    #: Version of the code that extracted the text.
    Column("extraction", SafeText, nullable=False),
    Column("visits", Integer, nullable=False, server_default="0"),
    #: Null after the last visit, and of a feed's article until the feed has a new version.
    Column("next_visit", UtcDateTime),
    Column("visited", UtcDateTime),
    #: Validators of the page at its last visit.
    Column("etag", SafeText, nullable=False, server_default=""),
    Column("last_modified", SafeText, nullable=False, server_default=""),
    #: What the last visit found, and in detail why it found no correction.
    Column("outcome", SafeText, nullable=False, server_default=""),
    Column("detail", SafeText, nullable=False, server_default=""),
    Index(None, "next_visit"),
    Index(None, "source_id", "visited"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Number, primary_key=True),
    Column("article_id", SafeText, nullable=False),
    Column("source_id", SafeText, nullable=False),
    Column("kind", EnumText(CorrectionKind), nullable=False),
    Column("before", SafeText, nullable=False),
    Column("after", SafeText, nullable=False),
    Column("note", SafeText, nullable=False),
    Column("title", SafeText, nullable=False),
    Column("url", SafeText, nullable=False),
    Column("source", SafeText, nullable=False),
    Column("language", SafeText, nullable=False),
    Column("told", UtcDateTime, nullable=False),
    Column("found", UtcDateTime, nullable=False),
    #: Why no edition reports it; empty if nothing is held.
    Column("held", SafeText, nullable=False, server_default=""),
    UniqueConstraint("article_id", "before"),
    Index(None, "found"),
    Index(None, "source_id", "found"),
)

#: Published stories that have the sentence.
correction_stories = Table(
    "correction_stories",
    metadata,
    Column("correction_id", ForeignKey(corrections.c.id, ondelete="CASCADE"), primary_key=True),
    Column("story_id", ForeignKey(stories.c.id, ondelete="CASCADE"), primary_key=True, index=True),
)

#: Editions that report the correction.
reported_corrections = Table(
    "reported_corrections",
    metadata,
    Column("correction_id", ForeignKey(corrections.c.id, ondelete="CASCADE"), primary_key=True),
    Column("edition_id", ForeignKey(editions.c.id, ondelete="CASCADE"), primary_key=True, index=True),
)
