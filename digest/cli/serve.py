"""``digest serve``: the subscribers' pages, until stopped."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from digest.cli import INTERRUPTED
from digest.cli.arguments import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.jobs.types import Log
    from digest.model.tracing import Tracer
    from digest.settings import Settings
    from digest.store import Store
    from digest.web.pages import Site

_EXAMPLES = """\
examples:
  digest serve                            on [web] listen, until Ctrl-C or SIGTERM
  digest serve --listen 127.0.0.1:8080

'digest run' serves the pages too, with [web] serve = true.
"""
_HEARTBEAT_S = 1.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("--listen", metavar="HOST:PORT", help="where to listen (default: [web] listen)")
    parser.add_argument("--json", action="store_true", help="print events as JSON, one on each line")
    # For 'digest run': the pages end with the process that started them, however it dies.
    parser.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Serve the pages until a signal stops it. Raises ``UsageError`` if the settings forbid it."""
    import asyncio

    from digest.cli.event_log import EventLog, write_stderr, write_stdout
    from digest.cli.service_manager import ServiceManager
    from digest.cli.tracing import tracing
    from digest.model.errors import UsageError
    from digest.settings.web_pages import find_page_problems
    from digest.store import open_store

    settings = load_settings(args)
    if problem := next(find_page_problems(settings), None):
        raise UsageError(problem.message, hint=problem.hint)
    host, port = _parse_listen(args.listen or settings.web.listen)
    manager = ServiceManager()
    write = write_stdout if args.json else write_stderr
    log = manager.with_status(EventLog(verbose=args.verbose, as_json=args.json, write=write))
    with open_store(settings.store.url) as store, tracing(log) as span:
        site = _site(settings, store, log, span)
        is_interrupted = asyncio.run(
            _serve(site, (host, port), until_stdin_closes=args.until_stdin_closes, heartbeat=manager.heartbeat)
        )
    return INTERRUPTED if is_interrupted else 0


def _parse_listen(text: str) -> tuple[str, int]:
    """``127.0.0.1:8000`` or ``[::1]:8000``. Raises ``UsageError``."""
    from digest.model.errors import UsageError

    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise UsageError(f"no address to listen on: {text!r}", hint="name host and port, as in '127.0.0.1:8000'")
    return host.strip("[]"), int(port)


def _site(settings: Settings, store: Store, log: Log, span: Tracer) -> Site:
    from datetime import UTC, datetime

    from digest.pipeline.app import make_app
    from digest.render.page_templates import PageTemplates
    from digest.web.pages import Site

    return Site(
        app=make_app(settings, store=store, span=span),
        clock=lambda: datetime.now(UTC),
        log=log,
        templates=PageTemplates(settings),
    )


async def _serve(
    site: Site, listen: tuple[str, int], *, until_stdin_closes: bool, heartbeat: Callable[[], None]
) -> bool:
    """Serve until a signal; return whether it was Ctrl-C."""
    import asyncio
    import signal

    from digest.cli.signals import call_on_signal, call_when_stdin_closes
    from digest.web.server import listening

    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    signals: list[int] = []

    def stop(number: int) -> None:
        signals.append(number)
        stopped.set()

    call_on_signal(loop, stop)
    if until_stdin_closes:
        call_when_stdin_closes(loop, stopped.set)
    async with listening(site, *listen) as port:
        host = f"[{listen[0]}]" if ":" in listen[0] else listen[0]
        site.log("serving", listen=f"{host}:{port}", url=site.url)
        beating = asyncio.create_task(_beat(heartbeat))
        await stopped.wait()
        beating.cancel()
    site.log("stopped")
    return signal.SIGINT in signals


async def _beat(heartbeat: Callable[[], None]) -> None:
    import asyncio

    while True:
        heartbeat()
        await asyncio.sleep(_HEARTBEAT_S)
