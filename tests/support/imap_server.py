"""A mailbox on a server of our own: as much IMAP (RFC 3501) as reading mail takes."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast


@dataclass(slots=True)
class Mailbox:
    """What lies in the mailbox, by number, and what has been read of it."""

    mails: dict[int, bytes]
    seen: set[int] = field(default_factory=set)
    port: int = 0
    banner: bytes = b"* OK ready\r\n"
    offers: str = "IMAP4rev1"
    #: Hang up instead of answering this command.
    deaf_to: str = ""
    #: Speak TLS from the first byte.
    tls: ssl.SSLContext | None = None


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        box = cast("_Server", self.server).box
        self.wfile.write(box.banner)
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            if box.deaf_to and box.deaf_to in command:
                return
            if command == "STARTTLS" and command in box.offers:
                self.wfile.write(f"{tag} OK go on\r\n".encode())
                return  # and hangs up
            answer, status = self._answer(command, box)
            self.wfile.write(answer + f"{tag} {status} that is all\r\n".encode())

    def _answer(self, command: str, box: Mailbox) -> tuple[bytes, str]:
        match command.split(" "):
            case ["CAPABILITY"]:
                return f"* CAPABILITY {box.offers}\r\n".encode(), "OK"
            case ["LOGIN", name, *words]:
                right = (name, " ".join(words)) == ('"news"', r'"pass \"word\""')
                return b"", "OK" if right else "NO [AUTHENTICATIONFAILED] no"
            case ["SELECT", folder]:
                return (b"* 0 EXISTS\r\n", "OK [READ-WRITE]") if folder == '"INBOX"' else (b"", "NO no such folder")
            case ["UID", "SEARCH", "UNSEEN"]:
                unread = " ".join(str(number) for number in box.mails if number not in box.seen)
                return f"* SEARCH {unread}".rstrip().encode() + b"\r\n", "OK"
            case ["UID", "FETCH", number, _]:
                mail = box.mails[int(number)][: int(re.findall(r"\d+", command)[-1])]
                return f"* 1 FETCH (UID {number} BODY[]<0> {{{len(mail)}}}\r\n".encode() + mail + b")\r\n", "OK"
            case ["UID", "STORE", number, *_]:
                box.seen.add(int(number))
                return b"", "OK"
            case _:
                return b"", "BAD"


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box: Mailbox) -> None:
        self.box = box
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        return (self.box.tls.wrap_socket(connection, server_side=True) if self.box.tls else connection), address

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


@contextmanager
def imap_server(*mails: bytes) -> Iterator[Mailbox]:
    """A server on a free port of this machine; the user is ``news``, the password ``pass "word"``."""
    box = Mailbox(mails=dict(enumerate(mails, start=7)))
    with _Server(box) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
