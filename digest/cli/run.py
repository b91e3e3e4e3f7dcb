"""``digest run``: collect, publish and deliver on schedule, until stopped."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from digest.cli import INTERRUPTED
from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from threading import Event

    from digest.jobs import Job, Log
    from digest.pipeline.app import App
    from digest.settings import Settings
    from digest.store import Store

_EXAMPLES = """\
examples:
  digest run                              until Ctrl-C or SIGTERM, which finish the mails in flight
  digest run --verbose 2>> digest.log     what happened, a line for each event
  digest run --json | jq -c .             the same as JSON, on stdout
  kill -HUP 4711                          read the settings again; the first line tells the number
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--plain", action="store_true", help="write lines also on a terminal, and no live view")
    parser.add_argument("--json", action="store_true", help="print what happens as JSON, a line for each event")


def run(args: argparse.Namespace) -> int:
    """Work until a signal asks to leave."""
    from digest.cli.event_log import EventLog, write_stderr, write_stdout
    from digest.cli.live_view import live_view
    from digest.cli.signals import stop_on_signal
    from digest.jobs.embedded_engine import EmbeddedEngine
    from digest.store import open_store

    found = _loaded(args)
    with open_store(found.store.url) as store, stop_on_signal() as stop, _asked_to_reload() as reload:
        house = _House(args, found, store, stop=stop, reload=reload)
        events = EventLog(verbose=args.verbose, as_json=args.json, write=write_stdout if args.json else write_stderr)
        with live_view(store, lambda: house.settings, events, plain=args.plain or args.json) as log:
            house.log = log
            counts = {"newsletters": len(found.newsletters), "sources": len(found.sources)}
            log("started", pid=os.getpid(), store=store.name, **counts)
            is_clean = EmbeddedEngine(look=house.look, work=house.work, log=log).run(stop)
            log("stopped")
        code = INTERRUPTED if stop.is_interrupted else 0
        if not is_clean:  # sources are being visited still; the interpreter would wait for their threads
            sys.stdout.flush()
            os._exit(code)
    return code


class _House:
    """The program as it is set now."""

    log: Log

    def __init__(self, args: argparse.Namespace, found: Settings, store: Store, *, stop: Event, reload: Event) -> None:
        self._args, self._store = args, store
        self._stop, self._reload = stop, reload
        self._app = self._made(found)

    @property
    def settings(self) -> Settings:
        return self._app.settings

    def look(self) -> tuple[Job, ...]:
        """What is due; first the settings are read again, if someone asked for it."""
        from digest import jobs

        if self._reload.is_set():
            self._reload.clear()
            self._read_again()
        return jobs.due_jobs(self._app, now=_clock(), log=self.log)

    def work(self, job: Job) -> tuple[Job, ...]:
        from digest import jobs

        return jobs.perform(job, jobs.JobContext(app=self._app, clock=_clock, stop=self._stop, log=self.log))

    def _read_again(self) -> None:
        """A file that is wrong is told, and what was set before stays."""
        from digest.model.errors import DigestError

        try:
            found = _loaded(self._args)
        except DigestError as error:
            self.log("settings_kept", error=str(error), hint=error.hint)
            return
        if found.store.url != self.settings.store.url:
            self.log("store_kept", hint="restart to change [store] url")
        self._app = self._made(found)
        self.log("settings_read", newsletters=len(found.newsletters), sources=len(found.sources))

    def _made(self, found: Settings) -> App:
        from digest.pipeline.app import make_app

        return make_app(found, store=self._store, notify=lambda line: self.log("waiting", why=line))


def _loaded(args: argparse.Namespace) -> Settings:
    """The settings, if there is something to run: who would send is named, and how."""
    from digest.deliver.mailers import open_mailer
    from digest.model.errors import UsageError
    from digest.pipeline.newsletter import sender_of

    found = load_settings(args)
    if not found.newsletters:
        raise UsageError(
            "no newsletter is configured",
            hint="add a [[newsletters]] section to digest.toml, or write one with 'digest init'",
        )
    for newsletter in found.newsletters:
        sender_of(newsletter)
    open_mailer(found.smtp)
    return found


@contextmanager
def _asked_to_reload() -> Iterator[Event]:
    """An event that SIGHUP sets."""
    from threading import Event

    asked = Event()
    before = signal.signal(signal.SIGHUP, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGHUP, before)


def _clock() -> datetime:
    return datetime.now(UTC)
