"""What an HTML part holds as ``data:`` becomes parts of the mail beside it (RFC 2387, RFC 2392)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from digest.deliver.message.headers import header

_DATA = re.compile(r'(?<=")data:(image/[a-z]+);base64,([A-Za-z0-9+/]+={0,2})(?=")')
_LINE = 76


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture in the mail."""

    kind: str
    #: Its bytes in base64, in one line.
    data: str

    @property
    def content_id(self) -> str:
        """The same for the same picture, and for no other."""
        return f"{hashlib.sha256(self.data.encode()).hexdigest()[:24]}@enclosed"

    def part(self) -> bytes:
        """Headers, an empty line, the body."""
        _, _, ending = self.kind.partition("/")
        name = f'filename="{self.content_id[:8]}.{ending}"'
        headers = (
            header("Content-Type", [self.kind]),
            header("Content-Transfer-Encoding", ["base64"]),
            header("Content-ID", [f"<{self.content_id}>"]),
            header("Content-Disposition", ["inline;", name]),
        )
        lines = (self.data[start : start + _LINE] for start in range(0, len(self.data), _LINE))
        return ("".join(headers) + "\r\n" + "\r\n".join(lines)).encode()


def related(enclosures: Sequence[Enclosure], boundary: str) -> tuple[bytes, bytes]:
    """What stands before the headers of the HTML part, and what after its body; nothing where nothing is enclosed."""
    if not enclosures:
        return b"", b""
    kind = header("Content-Type", ["multipart/related;", 'type="text/html";', f'boundary="{boundary}"'])
    between = f"\r\n--{boundary}\r\n".encode()
    parts = b"".join(between + enclosure.part() for enclosure in enclosures)
    return f"{kind}\r\n--{boundary}\r\n".encode(), parts + f"\r\n--{boundary}--\r\n".encode()


def enclosed(html: str) -> tuple[str, tuple[Enclosure, ...]]:
    """The page with the names of its pictures in their places, and the pictures, each once."""
    found: dict[str, Enclosure] = {}

    def name(data: re.Match[str]) -> str:
        one = Enclosure(data[1], data[2])
        return f"cid:{found.setdefault(one.content_id, one).content_id}"

    return _DATA.sub(name, html), tuple(found.values())
