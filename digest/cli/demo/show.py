"""Parts of the demo put together: content, servers, settings, the first edition, and the service of ``digest run``."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from digest.clean.articles import clean
from digest.cli import INTERRUPTED
from digest.cli.demo.inbox import Inbox, ReceivedMail
from digest.cli.demo.outlets import Outlets
from digest.cli.demo.pages import DemoSite
from digest.cli.demo.ports import choose_ports
from digest.cli.demo.servers import demo_servers
from digest.cli.demo.settings import EVERY_MINUTES, SUBSCRIBER, Ports, settings_text
from digest.cli.errors import escape_control_characters
from digest.cli.event_log import EventLog
from digest.cli.init.write import SETTINGS, add_subscriber
from digest.cli.pages_process import pages_process
from digest.cli.send.delivery import publish_and_deliver
from digest.cli.signals import StopEvent, stop_on_hangup, stop_on_signal
from digest.collect.collector import make_collector
from digest.collect.concurrent import collect
from digest.jobs.service import Service
from digest.jobs.types import Log
from digest.model.articles import Article
from digest.model.mailbox import Mailbox
from digest.model.protocols import Collected
from digest.pipeline.sample import sample_source
from digest.render.page_templates import PageTemplates
from digest.settings import Settings, load, shipped_files
from digest.settings.atomic_write import atomic_write
from digest.settings.timezone import local_zone
from digest.store import open_store

#: Events that are shown without ``--verbose``.
_FAILED = ("failed", "not_served", "stopped")


def show_demo(folder: Path, *, first_port: int | None, opens_browser: bool, verbose: bool) -> int:
    """Run until a signal; return the exit code."""
    _ignore_environment()
    ports, started, inbox = choose_ports(first_port), datetime.now(UTC), Inbox()
    outlets = Outlets.of_sample(_sample_articles(started), started=started, port=ports.mails)
    file = folder / SETTINGS
    zone = local_zone().key
    atomic_write(file, settings_text(outlets.names, ports, timezone=zone), overwrite=False, mode=0o600)
    settings = load(file, {})
    site = DemoSite(
        templates=PageTemplates(settings),
        inbox=inbox,
        outlets=outlets,
        pictures=shipped_files.config() / "sample-pictures",
        pages_url=ports.pages_url,
    )
    add_subscriber(file, Mailbox.parse(SUBSCRIBER))
    servers = demo_servers(site, ports, _announce(ports, opens_browser))
    with stop_on_signal() as stop, stop_on_hangup(stop), servers:
        _print_addresses(ports)
        is_idle = _run_service(settings, file, stop, _log(verbose=verbose, stop=stop))
    exit_code = INTERRUPTED if stop.is_interrupted else 0
    if not is_idle:
        _exit_at_once(folder, exit_code)
    return exit_code


def _sample_articles(now: datetime) -> tuple[Article, ...]:
    from digest.settings import FetchSettings

    (outcome,) = asyncio.run(collect([sample_source()], make_collector(FetchSettings(), now)))
    assert isinstance(outcome, Collected), outcome
    return clean(outcome.entries)


def _run_service(settings: Settings, file: Path, stop: StopEvent, log: Log) -> bool:
    """Send the first edition, then those on schedule, with the pages beside; False if sources are still fetched."""
    with open_store(settings.store.url) as store, pages_process(lambda: settings, ["--config", str(file)], log):
        arguments = argparse.Namespace(again=False, no_collect=False, json=False)
        publish_and_deliver(arguments, settings.newsletters[0], settings, datetime.now(UTC))
        service = Service(settings=settings, store=store, load_settings=lambda: settings, reload=Event())
        return service.run(stop, log)


def _ignore_environment() -> None:
    """Forget settings of the environment: they are of other newsletters, and child processes read them too."""
    for name in [name for name in os.environ if name.startswith("DIGEST_")]:
        del os.environ[name]


def _print_addresses(ports: Ports) -> None:
    print(f"mails    {ports.mails_url}/", flush=True)
    print(f"pages    {ports.pages_url}/   subscribe there: the mail to confirm arrives above", flush=True)
    print(f"an edition now, and every {EVERY_MINUTES} minutes; Ctrl-C ends it", flush=True)


def _announce(ports: Ports, opens_browser: bool) -> Callable[[ReceivedMail], None]:
    """Print a line for each mail, and open the browser with the first."""

    def announce(mail: ReceivedMail) -> None:
        to, subject = escape_control_characters(", ".join(mail.recipients)), escape_control_characters(mail.subject)
        with suppress(OSError):  # nobody reads it any more: the mail arrived all the same
            print(
                f"{mail.received.astimezone():%H:%M:%S} {ports.mails_url}/mails/{mail.id} to {to}: {subject}",
                flush=True,
            )
        if opens_browser and mail.id == 1:
            import webbrowser
            from threading import Thread

            # Beside the servers' thread: a browser may wait for the page before this returns.
            Thread(target=webbrowser.open, args=(f"{ports.mails_url}/",), daemon=True).start()

    return announce


def _log(*, verbose: bool, stop: Event) -> Log:
    events = EventLog(verbose=verbose)

    def log(event: str, /, **fields: object) -> None:
        if event == "slot_empty":
            print(f"{datetime.now().astimezone():%H:%M:%S} nothing new since the last edition", flush=True)
        elif verbose or (event.endswith(_FAILED) and not stop.is_set()):
            events(event, **fields)

    return log


def _exit_at_once(folder: Path, exit_code: int) -> None:
    """Leave though threads still fetch sources: the interpreter would wait for them."""
    import shutil
    import sys
    import tempfile

    if folder.is_relative_to(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.flush()
    os._exit(exit_code)
