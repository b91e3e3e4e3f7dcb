"""Tables of job runs, rates, the fleet, counts by day, operators' sessions, unrelated mails, the store's key."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table

from digest.store.column_types import Json, SafeText, StringTuple, UtcDateTime
from digest.store.tables.metadata import Number, metadata

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

#: Random keys, made with the store and never changed: signatures and hashes made with them must stay valid.
store_keys = Table(
    "store_keys",
    metadata,
    Column("name", SafeText, primary_key=True),
    #: In hexadecimal digits.
    Column("key", SafeText, nullable=False),
)

#: The last ids of editions, stories and drafts that were given before a restore.
id_floors = Table(
    "id_floors",
    metadata,
    #: The table's.
    Column("name", SafeText, primary_key=True),
    Column("last", Number, nullable=False),
)

#: What pages count for the operator, by day: unsubscribe links that name nobody.
page_counts = Table(
    "page_counts",
    metadata,
    Column("name", SafeText, primary_key=True),
    #: ``2026-03-29``, in UTC.
    Column("day", SafeText, primary_key=True),
    Column("count", Integer, nullable=False),
)

#: Counts by day, see ``store/daily_counts.py``: for metrics and plots.
daily_counts = Table(
    "daily_counts",
    metadata,
    #: A newsletter's id, or a kind of job.
    Column("about", SafeText, primary_key=True),
    Column("name", SafeText, primary_key=True),
    #: ``2026-03-29``, in UTC; empty for the sum of all days.
    Column("day", SafeText, primary_key=True),
    Column("count", Number, nullable=False),
)

#: Fetches of each source by day.
source_days = Table(
    "source_days",
    metadata,
    Column("source_id", SafeText, primary_key=True),
    #: As in ``daily_counts``.
    Column("day", SafeText, primary_key=True),
    *(Column(name, Integer, nullable=False) for name in ("fetches", "failures", "entries")),
    Column("fetch_ms", Number, nullable=False),
)

#: Operators who logged in on the operator's pages; their cookies name these rows.
operator_sessions = Table(
    "operator_sessions",
    metadata,
    #: Random.
    Column("id", Number, primary_key=True, autoincrement=False),
    #: Of the password that it was opened with.
    Column("password_id", SafeText, nullable=False),
    Column("network", SafeText, nullable=False),
    Column("started", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
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
    #: Why it failed; empty otherwise.
    Column("reason", SafeText, nullable=False, server_default=""),
)

#: Plugins that failed for the latest edition of a newsletter, so that a built-in part did their work.
plugin_failures = Table(
    "plugin_failures",
    metadata,
    Column("newsletter_id", SafeText, primary_key=True),
    #: ``ranker`` or ``summarizer``.
    Column("point", SafeText, primary_key=True),
    #: As the settings name it.
    Column("name", SafeText, primary_key=True),
    #: The latest failure in one line, and what did the plugin's work.
    *(Column(name, SafeText, nullable=False) for name in ("error", "instead")),
    #: When its first edition in a row was published, and the latest slot it failed for.
    Column("since", UtcDateTime, nullable=False),
    Column("slot", SafeText, nullable=False),
)

#: Clocks and workers of the distributed engine, as each says itself.
fleet = Table(
    "fleet",
    metadata,
    #: Host and process: ``worker@web1:4711``.
    Column("id", SafeText, primary_key=True),
    #: ``clock`` or ``worker``.
    Column("kind", SafeText, nullable=False),
    Column("queues", StringTuple, nullable=False, server_default="[]"),
    #: What it does now; empty if nothing.
    Column("job", SafeText, nullable=False, server_default=""),
    Column("started", UtcDateTime, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    Column("version", SafeText, nullable=False, server_default=""),
    #: Of the settings without passwords: machines that differ work against each other.
    Column("settings_hash", SafeText, nullable=False, server_default=""),
    #: The clock that leads: the process of the server that holds its lock.
    Column("leader_pid", Integer),
    #: Seconds by which its machine's clock is ahead of the database's.
    Column("clock_ahead_s", Integer, nullable=False, server_default="0"),
)

#: Rates that all senders share: of the mail server, and of providers that mails go to.
rate_limits = Table(
    "rate_limits",
    metadata,
    Column("name", SafeText, primary_key=True),
    #: When the next mail may be sent that no sender has reserved time for.
    Column("next_at", UtcDateTime, nullable=False),
    #: Mails that wait in the ledger for their turn have times up to here; null if none wait.
    Column("planned_at", UtcDateTime),
    #: The last request to slow down: when, the seconds between two mails since then, and the server's words.
    Column("slowed_at", UtcDateTime),
    Column("interval_s", Float, nullable=False, server_default="0"),
    Column("reply", SafeText, nullable=False, server_default=""),
)
