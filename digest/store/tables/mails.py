"""Tables of mails that are sources: what was read, who waits for the operator, and how far each folder was read."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Table

from digest.store.column_types import Json, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata

#: Mails of sources, by Message-ID: they are remembered for longer than their text.
source_mails = Table(
    "source_mails",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    #: Hash of Message-ID and sender's domain.
    Column("key", SafeText, primary_key=True),
    #: UIDVALIDITY and UID, or a file's name.
    Column("place", SafeText, nullable=False),
    Column("sender", SafeText, nullable=False),
    Column("subject", SafeText, nullable=False),
    #: By its Date, but not after it was seen.
    Column("sent", UtcDateTime, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    #: It is not looked at again.
    Column("is_read", Boolean, nullable=False),
    Column("is_verified", Boolean, nullable=False),
    #: The server whose word was asked for.
    Column("judged_by", SafeText, nullable=False),
    Column("asks_confirmation", Boolean, nullable=False),
    #: Why it can't be read; empty otherwise.
    Column("problem", SafeText, nullable=False),
    Index(None, "source_id", "place"),
    Index(None, "seen"),
)

#: Senders that the operator allowed or refused.
mail_senders = Table(
    "mail_senders",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    #: An address, or ``@domain``.
    Column("sender", SafeText, primary_key=True),
    Column("is_allowed", Boolean, nullable=False),
    Column("decided", UtcDateTime, nullable=False),
)

#: How far the folder of each source was read.
mail_folders = Table(
    "mail_folders",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    #: The source's address at that time.
    Column("address", SafeText, nullable=False),
    Column("uid_validity", Number, nullable=False),
    #: Ranges of UIDs.
    Column("done", Json, nullable=False),
)
