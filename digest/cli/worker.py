"""``digest worker``: one worker of the distributed engine."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from digest.cli import INTERRUPTED

_QUEUES = ("collect", "publish", "deliver")
_EXAMPLES = """\
Does what 'digest run' queues, where [jobs] engine is "procrastinate"; start as many as you like, on any machine.
SIGTERM finishes the mails in flight and the jobs under way, a second one exits at once; SIGHUP reloads the settings.

examples:
  digest worker                                      jobs of all queues
  digest worker --queues deliver                     only mails
  digest worker --queues collect,publish --concurrency 8
  digest status                                      which workers there are, what they do, and what waits
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument(
        "--queues", type=_queues, default=_QUEUES, metavar="LIST", help="collect, publish, deliver (default: all)"
    )
    parser.add_argument(
        "--concurrency", type=_number, default=4, metavar="N", help="jobs at once (default: 4); one of them sends"
    )
    parser.add_argument("--json", action="store_true", help="print events as JSON, one on each line")


def run(args: argparse.Namespace) -> int:
    """Work until a signal stops it."""
    from digest.cli.event_log import EventLog, write_stderr, write_stdout
    from digest.cli.run import load_service_settings, open_service_store
    from digest.cli.service_manager import ServiceManager
    from digest.cli.signals import reload_on_signal, stop_on_signal
    from digest.cli.tracing import tracing
    from digest.jobs.service import Service
    from digest.model.errors import UsageError

    settings = load_service_settings(args)
    if settings.jobs.engine != "procrastinate":
        hint = "set [jobs] engine = \"procrastinate\", or use 'digest run' alone"
        raise UsageError("workers belong to the distributed engine, which isn't configured", hint=hint)
    manager = ServiceManager()
    write = write_stdout if args.json else write_stderr
    log = manager.with_status(EventLog(verbose=args.verbose, as_json=args.json, write=write))
    with open_service_store(settings) as store, stop_on_signal() as stop, reload_on_signal() as reload:
        load_settings = partial(load_service_settings, args)
        service = Service(
            settings=settings,
            store=store,
            load_settings=load_settings,
            reload=reload,
            heartbeat=manager.heartbeat,
        )
        queues = ",".join(args.queues)
        log("working", pid=os.getpid(), queues=queues, concurrency=args.concurrency, store=store.name)
        with tracing(log) as service.span:
            is_idle = service.run_worker(stop, log, queues=args.queues, concurrency=args.concurrency)
        log("stopped")
        exit_code = INTERRUPTED if stop.is_interrupted else 0
        if not is_idle:  # sources are still being fetched; the interpreter would wait for their threads
            sys.stdout.flush()
            os._exit(exit_code)
    return exit_code


def _number(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError("expected a number from 1 to 100")
    return int(text)


def _queues(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or set(names) - set(_QUEUES):
        raise argparse.ArgumentTypeError(f"expected some of {', '.join(_QUEUES)}, with commas between")
    return names
