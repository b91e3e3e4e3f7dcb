"""Check of the database: dead rows, unused room, old transactions; and mails that wait for too long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from digest.cli.check.findings import Finding, bad, note, ok
from digest.cli.status.database import database_summary
from digest.model.errors import DigestError
from digest.settings import Settings
from digest.text.time_format import utc_time

_TOPIC = "database"
#: Backoff and rates postpone mails, so that due ones never wait for so long.
_MAX_WAIT = timedelta(hours=1)


def check_database(settings: Settings) -> Iterator[Finding]:
    """Find what will make the database slow or stop it, and a queue that isn't worked on."""
    from digest.jobs.database_problems import database_problems
    from digest.store import health, open_store, queue
    from digest.store.url import store_file

    try:
        with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
            database = health.read_health(conn, file=store_file(settings.store.url))
            mails = queue.state(conn)
    except DigestError:  # the check of the store reports it
        return
    problems = list(database_problems(database))
    for problem in problems:
        yield (bad if problem.is_urgent else note)(_TOPIC, problem.message, problem.hint)
    if not problems:
        yield ok(_TOPIC, f"{database_summary(database)}, {mails.waiting} mails wait")
    if mails.next_try and datetime.now(UTC) - mails.next_try > _MAX_WAIT:
        message = f"mails wait ({mails.waiting}), the first since {utc_time(mails.next_try)}"
        yield bad(_TOPIC, message, "'digest status' tells what works on them: is 'digest run' running?")
