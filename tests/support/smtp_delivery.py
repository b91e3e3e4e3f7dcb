"""Letters carried without a ledger: an outbox in memory, and servers that say what a test wants them to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from digest.deliver.smtp.connect import Timeouts
from digest.deliver.smtp.mailer import SmtpMailer
from digest.model.protocols import Message, SendResult
from digest.settings import SmtpSettings

QUICK = Timeouts(turn=0.1, connect=0.4, greeting=0.4, command=0.4, data=0.4, content=0.4, goodbye=0.4, quiet=0.1)


@dataclass(slots=True)
class Box:
    """An outbox in memory."""

    letters: list[Message]
    reports: list[SendResult] = field(default_factory=list)
    is_closing: bool = False
    #: What a person was told.
    told: list[str] = field(default_factory=list)

    def take(self) -> Message | None:
        return self.letters.pop(0) if self.letters and not self.is_closing else None

    def settle(self, reports: Sequence[SendResult], starting: Sequence[Message]) -> frozenset[int]:
        self.reports += reports
        return frozenset(letter.id for letter in starting)

    @property
    def codes(self) -> dict[str, int]:
        return {report.message.recipient: report.code for report in self.reports}


def letter(id: int = 1, content: bytes = b"Subject: harbour\r\n\r\nShips return.\r\n", **more: str) -> Message:
    message_id = f"<{id}@harbour.example>"
    values = {"sender": "news@harbour.example", "recipient": f"reader{id}@harbour.example", **more}
    pieces = (f"Message-ID: {message_id}\r\n".encode(), content)
    return Message(id=id, message_id=message_id, chunks=pieces, **values)


def carry(settings: SmtpSettings, *letters: Message, timeouts: Timeouts | None = None) -> Box:
    box = Box([*letters])
    SmtpMailer(smtp=settings, timeouts=timeouts, tell=box.told.append)(box)
    return box


@contextmanager
def talking(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says to each who comes what ``talk`` says; its port."""

    def serve() -> None:
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock, suppress(OSError):
                talk(sock)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
