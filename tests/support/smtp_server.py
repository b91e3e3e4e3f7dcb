"""A mail server of our own, as hostile as they come: it refuses, delays, hangs up, and counts what it took.

    with smtp_server(moods=Moods(seed=1, rate=0.05)) as server:
        ...
        server.taken        how often each (Message-ID, recipient) was taken

What it does at each stage is a function from what it has been asked to a fault; by default it is kind.
"""

from __future__ import annotations

import asyncio
import random
import re
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

Asked = Literal["connect", "EHLO", "MAIL", "RCPT", "DATA", "content"]

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens instead of a yes."""

    #: Said instead of the usual reply; empty for the usual one.
    reply: str = ""
    #: The line is cut: before anything is said, or after.
    drop: Literal["", "before", "after"] = ""
    delay_s: float = 0.0


KIND = Fault()
Mood = Callable[[Asked, str], Fault]


@dataclass(slots=True)
class Moods:
    """Faults by chance, the same for the same seed; at most ``rate`` of what is asked goes wrong."""

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
    #: Each answer takes its time, up to this long.
    jitter_s: float = 0.0
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self, asked: Asked, recipient: str) -> Fault:
        if self._random.random() < self.rate:
            return self._random.choice(self.faults)
        return Fault(delay_s=self._random.uniform(0, self.jitter_s)) if self.jitter_s else KIND


@dataclass(slots=True)
class Server:
    """A running server, and what it has seen."""

    mood: Mood = lambda asked, recipient: KIND
    extensions: tuple[str, ...] = ("PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "SIZE 10000000")
    #: Login is asked for, if set.
    credentials: tuple[str, str] | None = None
    ways: str = "PLAIN LOGIN CRAM-MD5"
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    port: int = 0
    #: What was taken: it was answered 250, or would have been if the line had not been cut before that.
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Final replies that never arrived though the mail was taken.
    lost_replies: int = 0
    #: Recipients that were refused for good.
    refused: set[str] = field(default_factory=set)
    contents: dict[tuple[str, str], bytes] = field(default_factory=dict)
    keep_contents: bool = True
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    #: Called with the number of mails taken so far.
    on_taken: Callable[[int], None] = lambda count: None

    #: Bugs of the client's (or of this server's); they fail the test that runs it.
    errors: list[BaseException] = field(default_factory=list)
    sessions: set[asyncio.Transport] = field(default_factory=set)

    @property
    def total(self) -> int:
        return sum(self.taken.values())


class Session(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Server, *, is_private: bool = False) -> None:
        self.server = server
        self.buffer = b""
        self.in_data = False
        #: So many bytes of content come next.
        self.chunk = 0
        self.sender: str | None = None
        self.recipients: list[str] = []
        self.current = ""
        self.is_private = is_private
        self.is_known = server.credentials is None
        self.login: list[str] | None = None
        self.is_busy = False
        self.is_gone = False
        self.out: list[bytes] = []
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.sessions.add(transport)
        self.server.connections += 1
        self.server.open_now += 1
        self.server.most_open = max(self.server.most_open, self.server.open_now)
        self.react("connect", "220 mail.harbour.example ESMTP")
        self.flush()

    def connection_lost(self, _: Exception | None) -> None:
        self.is_gone = True
        self.server.sessions.discard(self.transport)
        self.server.open_now -= 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        self.work()

    def work(self) -> None:
        """Take what is complete, one after the other; a delay stops it until it is over."""
        while not self.is_busy and not self.is_gone:
            if self.chunk:
                if len(self.buffer) < self.chunk:
                    break
                content, self.buffer = self.buffer[: self.chunk], self.buffer[self.chunk :]
                self.chunk = 0
                self.take(content, is_stuffed=False)
            elif self.in_data:
                end = 0 if self.buffer.startswith(b".\r\n") else self.buffer.find(b"\r\n.\r\n") + 2
                if end == 1:
                    break
                content, self.buffer = self.buffer[:end], self.buffer[end + 3 :]
                self.in_data = False
                self.take(content)
            else:
                line, found, rest = self.buffer.partition(b"\r\n")
                if not found:
                    break
                assert b"\n" not in line, f"a bare line end: {line!r}"
                self.buffer = rest
                self.obey(line.decode())
        self.flush()

    def react(self, asked: Asked, usual: str, recipient: str = "") -> bool:
        """Say the usual, or what the mood has instead; was it the usual?"""
        self.current = recipient
        fault = self.server.mood(asked, recipient)
        if fault.delay_s:
            self.is_busy = True
            asyncio.get_running_loop().call_later(fault.delay_s, self.wake, fault, usual)
            return not fault.reply
        return self.utter(fault, usual)

    def wake(self, fault: Fault, usual: str) -> None:
        self.is_busy = False
        if not self.is_gone:
            self.utter(fault, usual)
            self.work()

    def utter(self, fault: Fault, usual: str) -> bool:
        if fault.drop != "before":
            self.say(fault.reply or usual)
        if fault.reply.startswith("5"):
            self.server.refused.add(self.current)
        if fault.drop:
            self.flush()
            self.is_gone = True
            if fault.drop == "before":
                self.transport.abort()
            else:
                self.transport.close()
        return not fault.reply

    def say(self, words: str) -> None:
        self.out.append(words.replace("\n", "\r\n").encode() + b"\r\n")

    def flush(self) -> None:
        if self.out and not self.transport.is_closing():
            self.transport.write(b"".join(self.out))
        self.out.clear()

    def obey(self, line: str) -> None:
        self.server.commands.append(line)
        if self.login is not None:
            self.log_in(line)
            return
        verb = line[:4].upper()
        if verb in {"MAIL", "RCPT", "DATA"} and not self.is_known:
            self.say("530 5.7.0 log in first")
        elif verb in _VERBS:
            _VERBS[verb](self, line)
        else:
            self.say("500 5.5.1 what?")

    def greet(self, line: str) -> None:
        if line.upper().startswith("EHLO"):
            self.react("EHLO", self.hello())
        else:
            self.say("250 mail.harbour.example")

    def reset(self, _: str) -> None:
        self.sender = None
        self.recipients = []
        self.say("250 2.0.0 reset")

    def quit(self, _: str) -> None:
        self.say("221 2.0.0 bye")
        self.flush()
        self.transport.close()

    def hello(self) -> str:
        said = list(self.server.extensions)
        if self.server.tls and not self.is_private:
            said.append("STARTTLS")
        if self.server.credentials and (self.is_private or not self.server.tls):
            said.append(f"AUTH {self.server.ways}")
        names = ["mail.harbour.example", *said]
        return "\n".join([*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}"])

    def mail(self, line: str) -> None:
        assert self.sender is None, "a mail within a mail"
        if self.react("MAIL", "250 2.1.0 sender ok"):
            found = re.match(r"MAIL FROM:<([^>]*)>", line)
            assert found, line
            self.sender = found[1]

    def rcpt(self, line: str) -> None:
        if self.sender is None:
            self.say("503 5.5.1 MAIL first")
            return
        found = re.match(r"RCPT TO:<(.*)>$", line)
        assert found, line
        if self.react("RCPT", "250 2.1.5 recipient ok", found[1]):
            self.recipients.append(found[1])

    def data(self, _: str) -> None:
        if not self.recipients:
            self.say("503 5.5.1 RCPT first")
        elif self.react("DATA", "354 go on", self.recipients[0]):
            self.in_data = True

    def bdat(self, line: str) -> None:
        found = re.match(r"BDAT (\d+) LAST$", line)
        assert found, line
        assert self.recipients, "content for nobody"
        self.chunk = int(found[1])

    def take(self, content: bytes, *, is_stuffed: bool = True) -> None:
        if is_stuffed:
            content = re.sub(rb"(?m)^\.\.", b".", content)
        recipients, self.recipients, self.sender = self.recipients, [], None
        assert len(recipients) == 1, "recipients see each other"
        self.current = recipients[0]
        fault = self.server.mood("content", recipients[0])
        if not fault.reply:
            self.server.lost_replies += fault.drop == "before"
            self.keep(content, recipients[0])
        if fault.delay_s:
            self.is_busy = True
            asyncio.get_running_loop().call_later(fault.delay_s, self.wake, fault, "250 2.0.0 taken")
        else:
            self.utter(fault, "250 2.0.0 taken")

    def keep(self, content: bytes, recipient: str) -> None:
        found = _MESSAGE_ID.search(content)
        key = (found[1].decode() if found else "", recipient)
        self.server.taken[key] += 1
        if self.server.keep_contents:
            self.server.contents[key] = content
        self.server.on_taken(self.server.total)

    # --- TLS and login ---

    def start_tls(self, _: str) -> None:
        self.say("220 2.0.0 go on")
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
        session.work()

    def begin_login(self, line: str) -> None:
        self.login = line.split()[1:]
        match self.login:
            case ["PLAIN", _]:
                self.log_in(self.login.pop())
            case ["LOGIN"]:
                self.say("334 VXNlcm5hbWU6")
            case ["CRAM-MD5"]:
                self.say("334 PDE3MkBoYXJib3VyPg==")

    def log_in(self, word: str) -> None:
        from base64 import b64decode
        from hmac import new

        assert self.login is not None
        assert self.server.credentials
        self.login.append(b64decode(word).decode())
        name, password = self.server.credentials
        match self.login:
            case ["LOGIN", _]:
                self.say("334 UGFzc3dvcmQ6")
                return
            case ["PLAIN", given]:
                self.is_known = given == f"\0{name}\0{password}"
            case ["LOGIN", *given]:
                self.is_known = given == [name, password]
            case ["CRAM-MD5", given]:
                self.is_known = given == f"{name} {new(password.encode(), b'<172@harbour>', 'md5').hexdigest()}"
        self.login = None
        self.say("235 2.7.0 welcome" if self.is_known else "535 5.7.8 wrong name or password")


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
def smtp_server(server: Server | None = None) -> Iterator[Server]:
    """A running server on a free port of 127.0.0.1 (or the one it names); it stops when the block ends."""
    server = server or Server()
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda _, context: _noted(server, context))
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
        asyncio.run_coroutine_threadsafe(let_go(listening, server.sessions), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
    if server.errors:
        raise server.errors[0]


def _noted(server: Server, context: dict[str, object]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException) and not isinstance(error, OSError):
        server.errors.append(error)


async def let_go(listening: asyncio.Server, sessions: Iterable[asyncio.Transport] = ()) -> None:
    """Have a server leave no socket open, and no task."""
    for sock in listening.sockets:
        asyncio.get_running_loop().remove_reader(sock)
    # Whom it let in just now, a task has yet to begin with: closed or cancelled before, it would leave the socket open.
    await asyncio.sleep(0)
    listening.close()
    for transport in [*sessions]:
        transport.abort()
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # what was aborted is closed a turn later
