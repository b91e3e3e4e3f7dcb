"""The correction watch as a job: due while a visit is, and logged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest

from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs
from digest.jobs.perform import perform
from digest.jobs.problems import find_service_alarms
from digest.jobs.types import WatchCorrections
from digest.pipeline.app import App
from digest.store import corrections, open_store
from tests.support.corrected_pages import DAY, MORNING, edited, quote, watched_app
from tests.support.web_servers import WebServer

pytestmark = pytest.mark.slow


@pytest.fixture
def app(web: WebServer) -> Iterator[App]:
    with open_store("sqlite://") as store:
        yield watched_app(web, store)


def test_the_watch_is_due_only_while_a_visit_is_and_logs_what_it_found(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = edited("4 million", "6 million")
    events: list[tuple[str, dict[str, Any]]] = []
    at = MORNING + DAY
    context = JobContext(
        app=app,
        clock=lambda: at,
        stop=Event(),
        log=lambda event, **fields: events.append((event, fields)),
        enqueue=lambda *_: None,
    )

    assert WatchCorrections() not in due_jobs(app, now=MORNING + timedelta(hours=5))
    assert WatchCorrections() in due_jobs(app, now=at)
    perform(WatchCorrections(), context)

    assert events == [("corrections_checked", {"compared": 1, "found": 1, "held": 0})]
    assert WatchCorrections() not in due_jobs(app, now=at + timedelta(hours=1))


def test_the_operator_hears_of_corrections_that_are_held(web: WebServer, app: App) -> None:
    quote(app)
    web.routes["/bridge"] = edited("4 million", "6 million")
    perform_at = MORNING + DAY
    context = JobContext(
        app=app, clock=lambda: perform_at, stop=Event(), log=lambda *_, **__: None, enqueue=lambda *_: None
    )
    perform(WatchCorrections(), context)
    with app.store.begin() as conn:
        corrections.hold(conn, "post", "too many", since=MORNING)
        alarms = find_service_alarms(conn, app.settings, now=perform_at)

    assert [alarm.message for alarm in alarms] == [
        "corrections are held, since too many articles changed at once: post (1)"
    ]
