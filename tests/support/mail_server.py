"""A mail server that takes mail for everyone, or answers certain recipients as told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.smtp_server import let_go


class PostOffice:
    """What it took, and what it refuses."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.envelopes: list[Envelope] = []
        self.refused: dict[str, str] = {}
        #: How many mails it was given, taken or not yet.
        self.begun = 0
        #: How long it thinks about each mail.
        self.delay_s = 0.0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.begun += 1
        await asyncio.sleep(self.delay_s)
        self.envelopes.append(envelope)
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        """Whose mail was taken, in order of the alphabet."""
        return sorted(address for envelope in self.envelopes for address in envelope.rcpt_tos)


@contextmanager
def post_office() -> Iterator[PostOffice]:
    """A server on a free port of this machine; it closes when the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = PostOffice(port)
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield office
    finally:
        asyncio.run_coroutine_threadsafe(let_go(controller.server), controller.loop).result(5)
        controller.stop()
