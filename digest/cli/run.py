"""``digest run``: collect, publish and deliver on schedule, until stopped."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from digest.cli import INTERRUPTED
from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from digest.settings import Settings
    from digest.store import Store

_EXAMPLES = """\
With [jobs] engine = "procrastinate" it only queues what is due, while it leads all of its kind; 'digest worker' works.

examples:
  digest run                              until Ctrl-C or SIGTERM, which finish the mails in flight
  digest run --verbose 2>> digest.log     log a line for each event
  digest run --json | jq -c .             the same as JSON, on stdout
  kill -HUP 4711                          reload the settings; the log's first line has the process id
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--plain", action="store_true", help="log lines only, without the live view on a terminal")
    parser.add_argument("--json", action="store_true", help="print events as JSON, one on each line")


def run(args: argparse.Namespace) -> int:
    """Run the service until a signal stops it."""
    from digest.cli.event_log import EventLog, write_stderr, write_stdout
    from digest.cli.live_view import live_view
    from digest.cli.pages_process import pages_process
    from digest.cli.service_manager import ServiceManager
    from digest.cli.signals import reload_on_signal, stop_on_signal
    from digest.cli.tracing import tracing
    from digest.jobs.service import Service

    settings, manager = load_service_settings(args), ServiceManager()
    with open_service_store(settings) as store, stop_on_signal() as stop, reload_on_signal() as reload:
        load_settings = partial(load_service_settings, args)
        service = Service(
            settings=settings,
            store=store,
            load_settings=load_settings,
            reload=reload,
            heartbeat=manager.heartbeat,
        )
        events = EventLog(verbose=args.verbose, as_json=args.json, write=write_stdout if args.json else write_stderr)
        with live_view(store, lambda: service.settings, events, plain=args.plain or args.json) as log:
            counts = {"newsletters": len(settings.newsletters), "sources": len(settings.sources)}
            log("started", pid=os.getpid(), store=store.name, **counts)
            with tracing(log) as service.span, pages_process(lambda: service.settings, _config_option(args), log):
                if settings.jobs.engine == "procrastinate":
                    service.run_clock(stop, manager.with_status(log))
                    is_idle = True
                else:
                    is_idle = service.run(stop, log)
            log("stopped")
        exit_code = INTERRUPTED if stop.is_interrupted else 0
        if not is_idle:  # sources are still being fetched; the interpreter would wait for their threads
            sys.stdout.flush()
            os._exit(exit_code)
    return exit_code


def _config_option(args: argparse.Namespace) -> list[str]:
    return ["--config", args.config] if args.config else []


def load_service_settings(args: argparse.Namespace) -> Settings:
    """Load the settings. Raises ``DigestError`` if they have no newsletter, or lack a sender or a mail server."""
    from digest.deliver.mailers import open_mailer
    from digest.model.errors import UsageError
    from digest.pipeline.newsletter import sender_of
    from digest.settings.plugins import BUILT_IN, PluginPoint

    settings = load_settings(args)
    if not settings.newsletters:
        raise UsageError(
            "no newsletter is configured",
            hint="add a [[newsletters]] section to digest.toml, or write one with 'digest init'",
        )
    for newsletter in settings.newsletters:
        sender_of(newsletter)
    if not settings.has_own_mailers and settings.mailer.name in {"", *BUILT_IN[PluginPoint.MAILER]}:
        open_mailer(settings.smtp, name=settings.mailer.name)
    return settings


@contextmanager
def open_service_store(settings: Settings) -> Iterator[Store]:
    """Open the store. Raises ``StoreError`` also if a process that sends couldn't be told from a dead one there."""
    from digest.store import open_store

    with open_store(settings.store.url, direct_url=settings.store.direct_url) as store:
        store.check_locks()
        yield store
