"""A small mail server that accepts everything and forwards nothing: for this machine, and for looking at mails.

Of SMTP (RFC 5321) what a client needs that neither logs in nor encrypts. aiosmtpd would do it too; it is a test
dependency only, since whoever sends newsletters should not install a mail server for the demo.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

#: Largest mail, in bytes; and the longest line of a command, more than RFC 5321 asks for.
MAX_BYTES = 20_000_000
_MAX_LINE = 8192
_MAX_RECIPIENTS = 100
#: A silent connection is closed.
_TIMEOUT_S = 300
_EXTENSIONS = ("PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", f"SIZE {MAX_BYTES}")
_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\r\n]*)>(?:\s.*)?", re.IGNORECASE)

#: Is told the recipients and the content of each mail.
OnMail = Callable[[tuple[str, ...], bytes], None]


@asynccontextmanager
async def mail_server(on_mail: OnMail, *, host: str, port: int) -> AsyncIterator[int]:
    """Receive mails until the end of the context; gives the port. Raises ``OSError`` if it can't listen."""
    sessions: set[asyncio.Task[None]] = set()

    async def session(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        sessions.add(task)
        task.add_done_callback(sessions.discard)
        # The client is gone, is silent, or sends no SMTP.
        with suppress(OSError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await _Session(reader=reader, writer=writer, on_mail=on_mail).run()
        writer.close()

    server = await asyncio.start_server(session, host, port, limit=MAX_BYTES)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in [*sessions]:
            task.cancel()


@dataclass(slots=True, kw_only=True)
class _Session:
    """One connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    on_mail: OnMail
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """Answer commands until QUIT, or the client is gone."""
        await self._reply("220 demo.example ESMTP")
        while line := await self._line():
            verb, _, argument = line.partition(" ")
            if not await self._answer(verb.upper(), argument):
                return

    async def _line(self) -> str:
        """The next command; empty once the client is gone. Raises ``ValueError`` if it is too long."""
        line = await asyncio.wait_for(self.reader.readline(), _TIMEOUT_S)
        if len(line) > _MAX_LINE:
            raise ValueError("a command is too long")
        return line.decode("utf-8", "replace").rstrip("\r\n") or (" " if line else "")

    async def _reply(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self.writer.drain()

    async def _answer(self, verb: str, argument: str) -> bool:
        """Answer one command; False after QUIT."""
        match verb:
            case "EHLO":
                self._reset()
                names = ["demo.example", *_EXTENSIONS]
                await self._reply(*(f"250-{name}" for name in names[:-1]), f"250 {names[-1]}")
            case "HELO" | "RSET" | "NOOP":
                self._reset()
                await self._reply("250 2.0.0 ok")
            case "MAIL" | "RCPT":
                await self._reply(self._envelope(verb, argument))
            case "DATA":
                await self._receive()
            case "QUIT":
                await self._reply("221 2.0.0 bye")
                return False
            case _:
                await self._reply("502 5.5.1 no such command")
        return True

    def _reset(self) -> None:
        self.sender, self.recipients = None, []

    def _envelope(self, verb: str, argument: str) -> str:
        """The reply to MAIL or RCPT."""
        path = _PATH.fullmatch(argument.strip())
        if path is None or argument[:1].upper() != ("F" if verb == "MAIL" else "T"):
            return "501 5.5.4 no address"
        if verb == "MAIL":
            self.sender, self.recipients = path[1], []
            return "250 2.1.0 ok"
        if self.sender is None:
            return "503 5.5.1 MAIL first"
        if len(self.recipients) >= _MAX_RECIPIENTS:
            return "452 4.5.3 too many recipients"
        self.recipients.append(path[1])
        return "250 2.1.5 ok"

    async def _receive(self) -> None:
        if not self.recipients:
            await self._reply("503 5.5.1 RCPT first")
            return
        await self._reply("354 end with a dot on a line of its own")
        content = bytearray()
        is_too_large = False
        while (line := await asyncio.wait_for(self.reader.readline(), _TIMEOUT_S)) != b".\r\n":
            if not line.endswith(b"\n"):
                raise ValueError("the client left within a mail")
            is_too_large = is_too_large or len(content) + len(line) > MAX_BYTES
            if not is_too_large:
                content += line.removeprefix(b".")
        recipients = tuple(self.recipients)
        self._reset()
        if is_too_large:
            await self._reply("552 5.3.4 too large")
            return
        self.on_mail(recipients, bytes(content))
        await self._reply("250 2.0.0 received")
