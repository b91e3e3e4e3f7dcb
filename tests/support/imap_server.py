"""A small IMAP server (RFC 3501) with one mailbox."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import cast


@dataclass(slots=True)
class FakeMailbox:
    """The mailbox's mails by UID, and the server's behaviour."""

    mails: Mapping[int, bytes]
    seen: set[int] = field(default_factory=set)
    port: int = 0
    banner: bytes = b"* OK ready\r\n"
    capabilities: str = "IMAP4rev1"
    #: Close the connection instead of answering a command with this text.
    closes_at: str = ""
    uid_validity: int = 1
    password: str = 'pass "word"'
    #: UIDs of the mails that were fetched.
    fetched: list[int] = field(default_factory=list)
    #: Send the banner's bytes with this pause before each.
    pause_s: float = 0
    #: Days on which mails arrived (INTERNALDATE); today by default.
    arrived: dict[int, date] = field(default_factory=dict)
    folders: tuple[str, ...] = ('"INBOX"', '"Zp&ARs-t"')
    #: Commands that came, without login.
    commands: list[str] = field(default_factory=list)
    #: Speak TLS from the first byte.
    tls: ssl.SSLContext | None = None


class _Handler(StreamRequestHandler):
    def handle(self) -> None:
        box = cast("_Server", self.server).box
        for byte in box.banner if box.pause_s else ():
            time.sleep(box.pause_s)
            self.wfile.write(bytes([byte]))
        if not box.pause_s:
            self.wfile.write(box.banner)
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            if box.closes_at and box.closes_at in command:
                return
            if literal := re.search(r"^LOGIN (.+) \{(\d+)\}$", command):
                self.wfile.write(b"+ go on\r\n")
                password = self.rfile.read(int(literal[2]) + 2).decode().removesuffix("\r\n")
                self._answer_login(tag, literal[1] == '"news"' and password == box.password)
                continue
            if command == "AUTHENTICATE PLAIN":
                self.wfile.write(b"+ \r\n")
                self._answer_login(tag, b64decode(self.rfile.readline()).decode() == f"\0news\0{box.password}")
                continue
            if command == "STARTTLS" and command in box.capabilities:
                self.wfile.write(f"{tag} OK go on\r\n".encode())
                return  # closes the connection
            box.commands.append(command)
            answer, status = self._answer(command, box)
            self.wfile.write(answer + f"{tag} {status} that is all\r\n".encode())

    def _answer_login(self, tag: str, is_valid: bool) -> None:
        self.wfile.write(f"{tag} {'OK' if is_valid else 'NO [AUTHENTICATIONFAILED]'} that is all\r\n".encode())

    def _answer(self, command: str, box: FakeMailbox) -> tuple[bytes, str]:  # noqa: C901  # a case for each command
        match command.split(" "):
            case ["CAPABILITY"]:
                return f"* CAPABILITY {box.capabilities}\r\n".encode(), "OK"
            case ["LOGIN", name, *words]:
                is_valid = (name, " ".join(words)) == ('"news"', r'"pass \"word\""')
                return b"", "OK" if is_valid else "NO [AUTHENTICATIONFAILED] no"
            case ["SELECT" | "EXAMINE" as verb, folder]:
                return _opened(box, verb) if folder in box.folders else (b"", "NO no such folder")
            case ["LIST", *_]:
                return "".join(f'* LIST (\\HasNoChildren) "/" {name}\r\n' for name in box.folders).encode(), "OK"
            case ["UID", "SEARCH", "UID", uids, "SINCE", day]:
                return _search(box, uids, day), "OK"
            case ["UID", "FETCH", uids, "(UID", "RFC822.SIZE", *_]:
                return b"".join(_header(box, uid) for uid in map(int, uids.split(",")) if uid in box.mails), "OK"
            case ["UID", "SEARCH", "UNSEEN"]:
                unread = " ".join(str(number) for number in box.mails if number not in box.seen)
                return f"* SEARCH {unread}".rstrip().encode() + b"\r\n", "OK"
            case ["UID", "FETCH", number, _] if int(number) not in box.mails:
                return b"", "OK"
            case ["UID", "FETCH", number, _]:
                box.fetched.append(int(number))
                mail = box.mails[int(number)][: int(re.findall(r"\d+", command)[-1])]
                return f"* 1 FETCH (UID {number} BODY[]<0> {{{len(mail)}}}\r\n".encode() + mail + b")\r\n", "OK"
            case ["UID", "STORE", number, *_]:
                box.seen.add(int(number))
                return b"", "OK"
            case _:
                return b"", "BAD"


def _opened(box: FakeMailbox, verb: str) -> tuple[bytes, str]:
    facts = f"[UIDVALIDITY {box.uid_validity}]", f"[UIDNEXT {max(box.mails, default=0) + 1}]"
    lines = [f"* {len(box.mails)} EXISTS", *(f"* OK {fact} it is so" for fact in facts)]
    mode = "READ-WRITE" if verb == "SELECT" else "READ-ONLY"
    return "".join(f"{line}\r\n" for line in lines).encode(), f"OK [{mode}]"


def _search(box: FakeMailbox, uids: str, day: str) -> bytes:
    low, high = map(int, uids.split(":"))
    since = datetime.strptime(f"{day} +0000", "%d-%b-%Y %z").date()
    found = (uid for uid in box.mails if low <= uid <= high and box.arrived.get(uid, date.max) >= since)
    return f"* SEARCH {' '.join(map(str, found))}".rstrip().encode() + b"\r\n"


def _header(box: FakeMailbox, uid: int) -> bytes:
    """The response with a mail's header; every other one has UID and size after it, as some servers do."""
    mail = box.mails[uid]
    header = mail.replace(b"\r\n", b"\n").partition(b"\n\n")[0][:30_000] + b"\n\n"
    literal, facts = (
        b"BODY[HEADER.FIELDS (FROM)]<0> {%d}\r\n%s" % (len(header), header),
        b"UID %d RFC822.SIZE %d" % (uid, len(mail)),
    )
    return b"* 1 FETCH (" + (literal + b" " + facts if uid % 2 else facts + b" " + literal) + b")\r\n"


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, box: FakeMailbox) -> None:
        self.box = box
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        return (self.box.tls.wrap_socket(connection, server_side=True) if self.box.tls else connection), address

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that close the connection."""


@contextmanager
def imap_server(*mails: bytes) -> Iterator[FakeMailbox]:
    """Run a server on a free port of this machine; the user is ``news``, the password ``pass "word"``."""
    box = FakeMailbox(mails=dict(enumerate(mails, start=7)))
    with _Server(box) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
