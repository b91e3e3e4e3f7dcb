"""PostgreSQL's errors as one line each: what the server says, of which store, and what to do next.

Never the statement, nor the server's DETAIL: it quotes values, subscribers' addresses among them.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import URL

from digest.model.errors import StoreError
from digest.store.url import display_url

#: Before a connection's failure: which server, as the URL says it too.
_WHERE = re.compile(r"^(?:connection (?:failed|is bad): )?(?:connection to server .*? failed: )?(?:FATAL: +)?")
_CREDENTIALS = "check user and password in [store] url; $DIGEST_STORE__URL comes before the file"
#: Hint by the text of a connection's failure, which has no code; a server that speaks another language gets the last.
_CONNECTION_HINTS = (
    (r"password|authentication|pg_hba\.conf", _CREDENTIALS),
    (
        r'database "?.*does not exist',
        "create it: createdb --encoding UTF8 --template template0 --owner {user} {database}",
    ),
    (r'role "?.*does not exist', "create it: createuser --pwprompt {user}; or name another in [store] url"),
    (r"permission denied for database", "as its owner: GRANT CONNECT ON DATABASE {database} TO {user}"),
    (r"refused|No such file|timeout|timed out", "start the server, or correct host and port in [store] url"),
    (r"resolve|translate host|Name or service", "correct the host in [store] url"),
    (r"too many (?:clients|connections)|connection slots", "raise the server's max_connections, or wait"),
    (r"starting up|shutting down|recovery|login has been failing|results from command", "try again in a moment"),
    (r"SSL|certificate", "check sslmode and the certificates in [store] url"),
    (r"", "check that the server runs, and the address, user and password in [store] url"),
)
_RIGHTS = (
    "as a superuser: ALTER DATABASE {database} OWNER TO {user}, which may then create tables; "
    "of tables that another user created: REASSIGN OWNED BY OTHER TO {user}"
)
_OWN_DATABASE = "give digest a database of its own: createdb --owner {user} {database}"
#: States of a table, a function and a type that don't exist.
_UNDEFINED = {"42P01", "42883", "42704"}
_QUEUE_LOST = "someone removed the queue of jobs: the clock that leads makes it anew, and no mail is lost"
#: Hint by SQLSTATE, or by its class of two characters.
_STATE_HINTS = {
    "42501": _RIGHTS,
    "42P07": "another program's table is in the way: " + _OWN_DATABASE,
    "42710": "another program's object is in the way: " + _OWN_DATABASE,
    "42P01": "a table was removed, or is another program's: restore a backup, or use another database",
    "42703": "a table was changed, or is another program's: restore a backup, or use another database",
    "25P03": "the process was paused, or its machine too busy, within a transaction: what it held was freed for others",
    "3F000": "create the schema of the user's search_path, or correct the search_path",
    "25006": "a standby, or default_transaction_read_only: name the primary server in [store] url",
    "53100": "make room on the server's disk and try again: what was committed is safe",
    "08": "check that the server runs; what was committed is safe",
    "40": "another process changed the same rows: try again",
    "53": "the server lacks memory or connections: try again later, or raise its limits",
    "55": "another process holds a lock: wait for it, or end it",
    "57": "the server was stopped, or ended the connection: try again in a moment",
    "58": "see the server's log: its disk or files fail",
    "XX": "see the server's log",
}


def explain(original: Any, url: URL) -> StoreError | None:
    """The driver's error as a ``StoreError``; None for one that only a bug in our SQL explains."""
    import psycopg  # installed, if its error is at hand

    state, message = original.sqlstate or "", primary_message(original)
    hint = _STATE_HINTS.get(state) or _STATE_HINTS.get(state[:2])
    if state in _UNDEFINED and "procrastinate_" in message:
        hint = _QUEUE_LOST
    is_unanswered = isinstance(original, psycopg.InternalError) and not state
    if not hint and (is_unanswered or isinstance(original, psycopg.OperationalError)):
        hint = next(hint for pattern, hint in _CONNECTION_HINTS if re.search(pattern, message))
    if not hint:
        return None
    hint = hint.format(user=url.username or "USER", database=url.database or "NAME")
    return StoreError(f"the store {display_url(url)} can't be used: {message}", hint=hint)


def primary_message(original: Any) -> str:
    """The first line of the server's message, or of the driver's: it quotes no values of rows."""
    lines = (original.diag.message_primary or str(original)).strip().splitlines() or ["no answer"]
    return _WHERE.sub("", lines[0]).rstrip(":").strip()


def hide_details(original: Any) -> None:
    """Reduce the error to its primary message: tracebacks are logged."""
    original.args = (primary_message(original),)
