"""A mail server by aiosmtpd that records what it accepts, and can reject certain recipients."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.smtp_server import close_server


class RecordingMailServer:
    """The accepted mails, and replies for rejected recipients."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.envelopes: list[Envelope] = []
        self.refused: dict[str, str] = {}
        #: Mails whose content arrived, accepted or not yet.
        self.started = 0
        #: Delay before each mail is accepted.
        self.delay_s = 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.started += 1
        await asyncio.sleep(self.delay_s)
        self.envelopes.append(envelope)
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        """Recipients of the accepted mails, sorted."""
        return sorted(address for envelope in self.envelopes for address in envelope.rcpt_tos)


@contextmanager
def running_mail_server() -> Iterator[RecordingMailServer]:
    """Run a server on a free port of this machine until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mail_server = RecordingMailServer(port)
    controller = Controller(mail_server, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mail_server
    finally:
        asyncio.run_coroutine_threadsafe(close_server(controller.server), controller.loop).result(5)
        controller.stop()
