"""Tables of collected entries: as published, as cleaned, and what is known of their sources and hosts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, UniqueConstraint, false

from digest.model.articles import BodyFormat
from digest.store.column_types import EnumText, ImageJson, Json, SafeText, StringTuple, UtcDateTime
from digest.store.tables.metadata import Number, metadata

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
    # Long text comes after what is read without it: SQLite must read through it to get at later columns.
    Column("body", SafeText, nullable=False),
    Column("sections", StringTuple, nullable=False, server_default="[]"),
    #: The page that the body came from; empty if the source itself has it.
    Column("page_url", SafeText, nullable=False, server_default=""),
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
    #: Null: from before this was recorded.
    Column("is_opinion", Boolean),
    #: Version of the code that extracted the text; empty: from before this was recorded.
    Column("extraction", SafeText, nullable=False, server_default=""),
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

#: Hosts and sources that one process has for itself for a while: ``host example.org``, ``source id``.
leases = Table(
    "leases",
    metadata,
    Column("name", SafeText, primary_key=True),
    #: A run of collecting.
    Column("holder", SafeText, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    #: Another process waits for it.
    Column("is_wanted", Boolean, nullable=False, server_default=false()),
)

#: What web hosts asked for.
hosts = Table(
    "hosts",
    metadata,
    #: With the port, unless that is the scheme's.
    Column("name", SafeText, primary_key=True),
    #: No request before this time (Retry-After), and the server's answer.
    Column("not_before", UtcDateTime),
    Column("refusal", SafeText, nullable=False, server_default=""),
    #: No page before this time (Crawl-delay).
    Column("next_page_at", UtcDateTime),
)
