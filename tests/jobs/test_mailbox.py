"""The bounce mailbox is read on schedule, if one is set."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from digest.jobs.context import JobContext
from digest.jobs.due import due_jobs
from digest.jobs.perform import perform
from digest.jobs.types import ProcessBounces
from digest.model.errors import MailError
from digest.pipeline.app import make_app
from digest.settings import BouncesSettings, Secret, Settings
from digest.store import Store, deliveries, runs, subscribers
from tests.support.bounce_mails import ADDRESS, EDITION_TOKEN, dsn, plain_mail
from tests.support.editions import publish
from tests.support.fakes import Clock, FakeMailer
from tests.support.imap_server import FakeMailbox, imap_server
from tests.support.values import NOON
from tests.support.web_site import NEWSLETTER


def context_with(store: Store, mailbox: FakeMailbox | None, events: list[tuple[str, dict[str, object]]]) -> JobContext:
    bounces = BouncesSettings()
    if mailbox:
        password = Secret('pass "word"')
        bounces = BouncesSettings(
            host="127.0.0.1",
            port=mailbox.port,
            security="none",
            username="news",
            password=password,
            every=timedelta(minutes=30),
        )
    app = make_app(Settings(bounces=bounces), store=store)
    return JobContext(
        app=app,
        clock=Clock(NOON),
        stop=threading.Event(),
        log=lambda event, /, **fields: events.append((event, fields)),
        enqueue=lambda *_: None,
    )


def is_due(context: JobContext, *, after: timedelta = timedelta()) -> bool:
    return ProcessBounces() in due_jobs(context.app, now=NOON + after)


def test_a_mailbox_is_read_on_schedule(store: Store) -> None:
    id_ = publish(store, ADDRESS)
    with store.read() as conn:
        (row,) = list(deliveries.for_edition(conn, id_))
    mark = row.message_id.strip("<>").partition("@")[0]
    returned = dsn("5.1.1").replace(f"{EDITION_TOKEN}.1".encode(), mark.encode())
    events: list[tuple[str, dict[str, object]]] = []
    with imap_server(returned, plain_mail("Buy a boat")) as mailbox:
        context = context_with(store, mailbox, events)
        assert is_due(context)
        perform(ProcessBounces(), context)
        perform(ProcessBounces(), context)

        assert mailbox.fetched == [7, 8]
        assert mailbox.seen == {7}
    assert not is_due(context, after=timedelta(minutes=29))
    assert is_due(context, after=timedelta(minutes=30))
    assert [(event, fields["kind"], fields["domain"]) for event, fields in events] == [
        ("bounce_processed", "hard", ADDRESS.partition("@")[2]),
        ("bounce_processed", "other", ""),
    ]
    with store.read() as conn:
        assert list(subscribers.suppression_reasons(conn, [ADDRESS])) == [ADDRESS]
        (run,) = runs.recent(conn, "heed")
    assert (run.outcome, run.counts) == ("done", {"hard": 1, "other": 1})


def test_without_a_mailbox_bounces_are_never_due(store: Store) -> None:
    assert not is_due(context_with(store, None, []))


def test_an_unreadable_mailbox_is_retried_at_the_next_interval(store: Store) -> None:
    with imap_server() as mailbox:
        context = context_with(store, mailbox, [])
        wrong = replace(context.app.settings.bounces, folder="Elsewhere")
        context = replace(context, app=replace(context.app, settings=replace(context.app.settings, bounces=wrong)))
        with pytest.raises(MailError, match="no folder 'Elsewhere'"):
            perform(ProcessBounces(), context)

    assert not is_due(context)
    assert is_due(context, after=timedelta(minutes=30))


def test_reading_the_mailbox_stops_after_the_current_mail(store: Store) -> None:
    with imap_server(plain_mail("one"), plain_mail("two")) as mailbox:
        context = context_with(store, mailbox, [])
        assert isinstance(context.stop, threading.Event)
        context.stop.set()
        perform(ProcessBounces(), context)

        assert 8 not in mailbox.seen


def test_who_subscribes_by_mail_is_asked_when_the_mailbox_is_read(sqlite_store: Store) -> None:
    mailer, events = FakeMailer(), list[tuple[str, dict[str, object]]]()
    request = plain_mail("", From="ann@harbour.example", To="main@news.example", Subject="subscribe main")
    with imap_server(request, plain_mail("Buy a boat")) as mailbox:
        context = context_with(sqlite_store, mailbox, events)
        settings = replace(context.app.settings, newsletters=(NEWSLETTER,))
        app = replace(make_app(settings, store=sqlite_store), mailer=lambda: mailer)
        perform(ProcessBounces(), replace(context, app=app))

        assert mailbox.seen == {7}
    assert mailer.recipients == ["ann@harbour.example"]
    assert [(event, fields["kind"]) for event, fields in events] == [
        ("bounce_processed", "subscribe"),
        ("bounce_processed", "other"),
    ]
