"""Table of what subscribers ask for on their page and have to prove by a mail: another address, erasure."""

from __future__ import annotations

import enum

from sqlalchemy import Column, ForeignKey, Table

from digest.store.column_types import EnumText, Json, SafeText, UtcDateTime
from digest.store.tables.metadata import Number, metadata
from digest.store.tables.subscribers import subscribers


class AccountRequestKind(enum.StrEnum):
    """What a request is for."""

    ADDRESS = "address"
    ERASE = "erase"
    #: The subscriber has left a newsletter by a page, and gets a mail to undo that.
    LEFT = "left"


#: Requests of subscribers, and the mail that each waits for.
account_requests = Table(
    "account_requests",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", ForeignKey(subscribers.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", EnumText(AccountRequestKind), nullable=False),
    #: The other address; empty unless one is asked for.
    Column("address", SafeText, nullable=False, server_default=""),
    Column("address_key", SafeText, nullable=False, server_default="", index=True),
    #: The newsletter that the subscriber has left; empty otherwise.
    Column("newsletter_id", SafeText, nullable=False, server_default=""),
    #: The network that asked: ``192.0.2.0/24``.
    Column("network", SafeText, nullable=False, server_default=""),
    #: Of the page on which it was asked.
    Column("language", SafeText, nullable=False, server_default=""),
    Column("asked", UtcDateTime, nullable=False),
    #: Since when it waits for a mail; null if it doesn't.
    Column("waiting_since", UtcDateTime, index=True),
    #: When the owner of the present address agreed to the other one.
    Column("allowed", UtcDateTime),
    #: When the address was changed.
    Column("done", UtcDateTime),
    Column("undone", UtcDateTime),
    #: The subscriber before that, to undo it.
    Column("before", Json, nullable=False, server_default="{}"),
    # The links of a request that is gone must not fit another one.
    sqlite_autoincrement=True,
)
