"""A hostile SMTP server: it rejects, delays, closes connections, and counts the mails it accepted.

    with smtp_server(SmtpServer(fault_for=RandomFaults(seed=1, rate=0.05))) as server:
        ...
        server.accepted        how often each (Message-ID, recipient) was accepted

``fault_for`` decides by stage and recipient what goes wrong; by default nothing.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Stage = Literal["connect", "EHLO", "MAIL", "RCPT", "DATA", "content"]

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of a positive reply."""

    #: Sent instead of the default reply; empty for the default.
    reply: str = ""
    #: Close the connection: before the reply, or after it.
    drop: Literal["", "before", "after"] = ""
    delay_s: float = 0.0


NO_FAULT = Fault()
FaultRule = Callable[[Stage, str], Fault]


@dataclass(slots=True)
class RandomFaults:
    """Random faults, the same for the same seed, at a rate of ``rate``."""

    seed: int
    rate: float
    faults: tuple[Fault, ...] = (
        Fault("421 4.3.2 shutting down", drop="after"),
        Fault("450 4.2.1 greylisted"),
        Fault("451 4.3.0 local error"),
        Fault("452 4.3.1 no room"),
        Fault("550 5.1.1 no such user"),
        Fault("552 5.2.2 too big"),
        Fault("554 5.7.1 no"),
        Fault(drop="before"),
        Fault(drop="after"),
        Fault(delay_s=0.05),
    )
    #: Each reply is delayed by up to this long.
    jitter_s: float = 0.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self, stage: Stage, recipient: str) -> Fault:
        if self._random.random() < self.rate:
            return self._random.choice(self.faults)
        return Fault(delay_s=self._random.uniform(0, self.jitter_s)) if self.jitter_s else NO_FAULT


@dataclass(slots=True)
class SmtpServer:
    """A server's settings, and the record of what it received."""

    fault_for: FaultRule = lambda stage, recipient: NO_FAULT
    extensions: tuple[str, ...] = ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE 10000000")
    #: Login is required, if set.
    credentials: tuple[str, str] | None = None
    mechanisms: str = "PLAIN LOGIN CRAM-MD5"
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    port: int = 0
    #: Mails that got the reply 250, or would have got it if the connection had not been closed.
    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Final replies that were not sent though the mail was accepted.
    lost_replies: int = 0
    #: Recipients of mails that were rejected permanently.
    rejected: set[str] = field(default_factory=set)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    record_contents: bool = True
    #: Time (monotonic) and recipient of each accepted mail.
    log: list[tuple[float, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    max_open_connections: int = 0
    #: Called with the number of mails accepted so far.
    on_accepted: Callable[[int], None] = lambda count: None

    #: Bugs of the client or of this server; they fail the test.
    errors: list[BaseException] = field(default_factory=list)
    sessions: set[asyncio.Transport] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(self.accepted.values())


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: SmtpServer, *, is_private: bool = False) -> None:
        self.server = server
        self.buffer = b""
        self.in_data = False
        #: Bytes of the BDAT content that comes next.
        self.chunk = 0
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.current = ""
        self.is_private = is_private
        self.is_authenticated = server.credentials is None
        self.login: list[str] | None = None
        self.is_busy = False
        self.is_closed = False
        self.out: list[bytes] = []
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.sessions.add(transport)
        self.server.connections += 1
        self.server.open_connections += 1
        self.server.max_open_connections = max(self.server.max_open_connections, self.server.open_connections)
        self.reply("connect", "220 mail.harbour.example ESMTP")
        self.flush()

    def connection_lost(self, _: Exception | None) -> None:
        self.is_closed = True
        self.server.sessions.discard(self.transport)
        self.server.open_connections -= 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.process()

    def process(self) -> None:
        """Process complete commands and contents in turn; a delay suspends it."""
        while not self.is_busy and not self.is_closed:
            if self.chunk:
                if len(self.buffer) < self.chunk:
                    break
                content, self.buffer = self.buffer[: self.chunk], self.buffer[self.chunk :]
                self.chunk = 0
                self.receive_content(content, is_stuffed=False)
            elif self.in_data:
                end = 0 if self.buffer.startswith(b".\r\n") else self.buffer.find(b"\r\n.\r\n") + 2
                if end == 1:
                    break
                content, self.buffer = self.buffer[:end], self.buffer[end + 3 :]
                self.in_data = False
                self.receive_content(content)
            else:
                line, newline, tail = self.buffer.partition(b"\r\n")
                if not newline:
                    break
                assert b"\n" not in line, f"a bare line end: {line!r}"
                self.buffer = tail
                self.handle(line.decode())
        self.flush()

    def reply(self, stage: Stage, default: str, recipient: str = "") -> bool:
        """Send the default reply, or that of the fault; True for the default."""
        self.current = recipient
        fault = self.server.fault_for(stage, recipient)
        if fault.delay_s:
            self.is_busy = True
            asyncio.get_running_loop().call_later(fault.delay_s, self.resume, fault, default)
            return not fault.reply
        return self.send_reply(fault, default)

    def resume(self, fault: Fault, default: str) -> None:
        self.is_busy = False
        if not self.is_closed:
            self.send_reply(fault, default)
            self.process()

    def send_reply(self, fault: Fault, default: str) -> bool:
        if fault.drop != "before":
            self.send(fault.reply or default)
        if fault.reply.startswith("5"):
            self.server.rejected.add(self.current)
        if fault.drop:
            self.flush()
            self.is_closed = True
            if fault.drop == "before":
                self.transport.abort()
            else:
                self.transport.close()
        return not fault.reply

    def send(self, text: str) -> None:
        self.out.append(text.replace("\n", "\r\n").encode() + b"\r\n")

    def flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def handle(self, line: str) -> None:
        self.server.commands.append(line)
        if self.login is not None:
            self.log_in(line)
            return
        verb = line[:4].upper()
        if verb in {"MAIL", "RCPT", "DATA"} and not self.is_authenticated:
            self.send("530 5.7.0 log in first")
        elif verb in _VERBS:
            _VERBS[verb](self, line)
        else:
            self.send("500 5.5.1 what?")

    def greet(self, line: str) -> None:
        if line.upper().startswith("EHLO"):
            self.reply("EHLO", self.hello())
        else:
            self.send("250 mail.harbour.example")

    def reset(self, _: str) -> None:
        self.sender = None
        self.recipients = []
        self.send("250 2.0.0 reset")

    def quit(self, _: str) -> None:
        self.send("221 2.0.0 bye")
        self.flush()
        self.transport.close()

    def hello(self) -> str:
        extensions = list(self.server.extensions)
        if self.server.tls and not self.is_private:
            extensions.append("STARTTLS")
        if self.server.credentials and (self.is_private or not self.server.tls):
            extensions.append(f"AUTH {self.server.mechanisms}")
        names = ["mail.harbour.example", *extensions]
        return "\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])

    def mail(self, line: str) -> None:
        assert self.sender is None, "a mail within a mail"
        if self.reply("MAIL", "250 2.1.0 sender ok"):
            match = re.match(r"MAIL FROM:<([^>]*)>", line)
            assert match, line
            self.sender = match[1]

    def rcpt(self, line: str) -> None:
        if self.sender is None:
            self.send("503 5.5.1 MAIL first")
            return
        match = re.match(r"RCPT TO:<(.*)>$", line)
        assert match, line
        if self.reply("RCPT", "250 2.1.5 recipient ok", match[1]):
            self.recipients.append(match[1])

    def data(self, _: str) -> None:
        if not self.recipients:
            self.send("503 5.5.1 RCPT first")
        elif self.reply("DATA", "354 go on", self.recipients[0]):
            self.in_data = True

    def bdat(self, line: str) -> None:
        match = re.match(r"BDAT (\d+) LAST$", line)
        assert match, line
        assert self.recipients, "content for nobody"
        self.chunk = int(match[1])

    def receive_content(self, content: bytes, *, is_stuffed: bool = True) -> None:
        if is_stuffed:
            content = re.sub(rb"(?m)^\.\.", b".", content)
        recipients, self.recipients, self.sender = self.recipients, [], None
        assert len(recipients) == 1, "recipients see each other"
        self.current = recipients[0]
        fault = self.server.fault_for("content", recipients[0])
        if not fault.reply:
            self.server.lost_replies += fault.drop == "before"
            self.accept(content, recipients[0])
        if fault.delay_s:
            self.is_busy = True
            asyncio.get_running_loop().call_later(fault.delay_s, self.resume, fault, "250 2.0.0 taken")
        else:
            self.send_reply(fault, "250 2.0.0 taken")

    def accept(self, content: bytes, recipient: str) -> None:
        match = _MESSAGE_ID.search(content)
        key = (match[1].decode() if match else "", recipient)
        self.server.accepted[key] += 1
        self.server.log.append((time.monotonic(), recipient))
        if self.server.record_contents:
            self.server.contents[key] = content
        self.server.on_accepted(self.server.total)

    # --- TLS and login ---

    def start_tls(self, _: str) -> None:
        self.send("220 2.0.0 go on")
        self.flush()
        self.is_busy = True
        asyncio.get_running_loop().create_task(self.upgrade())

    async def upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        session = Session(self.server, is_private=True)
        # The client may be gone, or speak, before there is another transport.
        session.transport, session.is_busy = self.transport, True
        assert self.server.tls
        try:
            transport = await loop.start_tls(self.transport, session, self.server.tls, server_side=True)
        except (OSError, ConnectionError):
            return
        assert isinstance(transport, asyncio.Transport)
        session.transport, session.is_busy = transport, False
        session.process()

    def begin_login(self, line: str) -> None:
        self.login = line.split()[1:]
        match self.login:
            case ["PLAIN", _]:
                self.log_in(self.login.pop())
            case ["LOGIN"]:
                self.send("334 VXNlcm5hbWU6")
            case ["CRAM-MD5"]:
                self.send("334 PDE3MkBoYXJib3VyPg==")

    def log_in(self, word: str) -> None:
        from base64 import b64decode
        from hmac import new

        assert self.login is not None
        assert self.server.credentials
        self.login.append(b64decode(word).decode())
        name, password = self.server.credentials
        match self.login:
            case ["LOGIN", _]:
                self.send("334 UGFzc3dvcmQ6")
                return
            case ["PLAIN", response]:
                self.is_authenticated = response == f"\0{name}\0{password}"
            case ["LOGIN", *responses]:
                self.is_authenticated = responses == [name, password]
            case ["CRAM-MD5", response]:
                self.is_authenticated = (
                    response == f"{name} {new(password.encode(), b'<172@harbour>', 'md5').hexdigest()}"
                )
        self.login = None
        self.send("235 2.7.0 welcome" if self.is_authenticated else "535 5.7.8 wrong name or password")


_VERBS: dict[str, Callable[[Session, str], None]] = {
    "EHLO": Session.greet,
    "HELO": Session.greet,
    "STAR": Session.start_tls,
    "AUTH": Session.begin_login,
    "MAIL": Session.mail,
    "RCPT": Session.rcpt,
    "DATA": Session.data,
    "BDAT": Session.bdat,
    "RSET": Session.reset,
    "QUIT": Session.quit,
}


@contextmanager
def smtp_server(server: SmtpServer | None = None) -> Iterator[SmtpServer]:
    """Run a server on 127.0.0.1, on its port or a free one, until the block ends."""
    server = server or SmtpServer()
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: _record_error(server, context))
    context = server.tls if server.implicit_tls else None

    async def listen() -> asyncio.Server:
        def session() -> Session:
            return Session(server, is_private=server.implicit_tls)

        return await loop.create_server(session, "127.0.0.1", server.port, ssl=context)

    listening = loop.run_until_complete(listen())
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(close_server(listening, server.sessions), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    if server.errors:
        raise server.errors[0]


def _record_error(server: SmtpServer, context: dict[str, object]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException) and not isinstance(error, OSError):
        server.errors.append(error)


async def close_server(listening: asyncio.Server, sessions: Iterable[asyncio.Transport] = ()) -> None:
    """Close the server with all its sockets and tasks."""
    for sock in listening.sockets:
        asyncio.get_running_loop().remove_reader(sock)
    # A connection accepted just now has a task that has not started: cancelled before, it would leave its socket open.
    await asyncio.sleep(0)
    listening.close()
    for transport in [*sessions]:
        transport.abort()
    while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)  # aborted transports close one iteration later
