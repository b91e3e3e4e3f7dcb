"""Thread with the demo's servers: received mails and feeds on the web, and SMTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from digest.cli.demo.inbox import ReceivedMail
from digest.cli.demo.pages import DemoSite, demo_server
from digest.cli.demo.settings import HOST, Ports
from digest.cli.demo.smtp_receiver import mail_server
from digest.model.errors import DigestError

_STOP_S = 10.0


@contextmanager
def demo_servers(site: DemoSite, ports: Ports, on_mail: Callable[[ReceivedMail], None]) -> Iterator[None]:
    """Serve in a thread until the end of the context. Raises ``DigestError`` if they can't listen."""
    is_listening, errors = Event(), list[OSError]()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    def receive(recipients: tuple[str, ...], content: bytes) -> None:
        on_mail(site.inbox.add(recipients, content))

    async def serve() -> None:
        try:
            async with (
                demo_server(site, host=HOST, port=ports.mails),
                mail_server(receive, host=HOST, port=ports.smtp),
            ):
                is_listening.set()
                await stop.wait()
        except OSError as error:
            errors.append(error)
        finally:
            is_listening.set()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(serve())

    thread = Thread(target=run, name="demo servers", daemon=True)
    thread.start()
    is_listening.wait()
    try:
        if errors:
            raise DigestError(f"can't listen on {HOST}: {errors[0].strerror or errors[0]}") from errors[0]
        yield
    finally:
        with suppress(RuntimeError):  # the loop is closed: it could not listen
            loop.call_soon_threadsafe(stop.set)
        thread.join(_STOP_S)
