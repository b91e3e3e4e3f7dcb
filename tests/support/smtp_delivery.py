"""Sends messages by SMTP without a ledger: an outbox in memory, and servers that follow a test's script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from digest.deliver.smtp.mailer import SmtpMailer
from digest.deliver.smtp.timeouts import Timeouts
from digest.model.protocols import Message, SendOutcome, SendResult
from digest.model.published_stories import PublishedEdition
from digest.settings import SmtpSettings

SHORT_TIMEOUTS = Timeouts(poll=0.1, connect=0.4, greeting=0.4, command=0.4, data=0.4, content=0.4, quit=0.4, notify=0.1)


@dataclass(slots=True)
class MemoryOutbox:
    """An outbox in memory."""

    messages: list[Message]
    results: list[SendResult] = field(default_factory=list)
    is_closing: bool = False
    edition: PublishedEdition | None = None
    #: Lines that the mailer sent to the user.
    notices: list[str] = field(default_factory=list)

    def next_message(self) -> Message | None:
        return self.messages.pop(0) if self.messages and not self.is_closing else None

    @property
    def wait_s(self) -> float | None:
        return None

    def commit(self, results: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        self.results += results
        return frozenset(message.id for message in starting)

    @property
    def codes(self) -> dict[str, int | None]:
        return {result.message.recipient: result.code for result in self.results}

    @property
    def outcomes(self) -> list[SendOutcome]:
        return [result.outcome for result in self.results]


def message(id: int = 1, content: bytes = b"Subject: harbour\r\n\r\nShips return.\r\n", **fields: str) -> Message:
    message_id = f"<{id}@harbour.example>"
    envelope = {"sender": "news@harbour.example", "recipient": f"reader{id}@harbour.example", **fields}
    return Message(id=id, message_id=message_id, chunks=(f"Message-ID: {message_id}\r\n".encode(), content), **envelope)


def send_all(settings: SmtpSettings, *messages: Message, timeouts: Timeouts | None = None) -> MemoryOutbox:
    """Send the messages by SMTP; the outbox with their results."""
    outbox = MemoryOutbox([*messages])
    SmtpMailer(smtp=settings, timeouts=timeouts, notify=outbox.notices.append)(outbox)
    return outbox


@contextmanager
def scripted_server(script: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that runs ``script`` on each connection; its port."""

    def serve() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                script(sock)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
