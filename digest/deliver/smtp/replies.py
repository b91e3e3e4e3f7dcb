"""What a mail server says (RFC 5321, 4.2): replies, out of bytes that come in any pieces, and what it offers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

#: RFC 5321 says 512 bytes for a line; some servers say more, and none may fill our memory.
_LONGEST_LINE, _MOST_LINES = 4096, 256
_LONGEST_TEXT = 1000


class Garbled(Exception):
    """This is no mail server, or one gone mad: the line can't be used any more."""


@dataclass(frozen=True)
class Reply:
    """One reply, its lines joined."""

    code: int
    lines: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """As it came, in one line; as much of it as anybody wants to read, or to keep for each mail."""
        text = f"{self.code} {' '.join(self.lines)}".rstrip()
        return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


class Replies:
    """Cuts bytes into replies."""

    def __init__(self) -> None:
        self._rest = b""
        #: Of a reply whose last line is still to come.
        self._lines: list[str] = []
        self._code = 0

    def feed(self, data: bytes) -> Iterator[Reply]:
        """The replies that are complete now. Raises ``Garbled``, after those that came before the garbage."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if reply := (None if self._lines else _alone(line)) or self._add(line):
                yield reply
        if len(self._rest) > _LONGEST_LINE:
            raise Garbled("a line without end")

    @property
    def is_empty(self) -> bool:
        """Nothing came that is not a whole reply."""
        return not (self._rest or self._lines)

    def _add(self, line: bytes) -> Reply | None:
        code, is_last, words = _taken_apart(line)
        if self._lines and code != self._code:
            raise Garbled(f"it says both {self._code} and {code}")
        self._code = code
        self._lines.append(words)
        if not is_last:
            if len(self._lines) > _MOST_LINES:
                raise Garbled("a reply without end")
            return None
        reply = Reply(code, tuple(self._lines))
        self._lines = []
        return reply


@lru_cache(maxsize=64)  # a server says the same things all day
def _alone(line: bytes) -> Reply | None:
    """The line as a whole reply, if it is one."""
    code, is_last, words = _taken_apart(line)
    return Reply(code, (words,)) if is_last else None


def _taken_apart(line: bytes) -> tuple[int, bool, str]:
    """Code, whether the reply ends here, and words. Raises ``Garbled``."""
    code, mark = line[:3], line[3:4]
    if not code.isdigit() or mark not in (b" ", b"-", b"\r", b"") or len(line) > _LONGEST_LINE:
        raise Garbled(f"this is no reply: {line[:80]!r}")
    return int(code), mark != b"-", line[4:].rstrip(b"\r").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The extensions that we use; none of them by default (a server that only knows HELO)."""

    pipelining: bool = False
    chunking: bool = False
    starttls: bool = False
    eight_bit: bool = False
    smtputf8: bool = False
    #: Does it want the size in advance, and how much does it take? 0 for no limit that it tells.
    size: bool = False
    largest: int = 0
    #: Ways to log in, in capitals.
    auth: frozenset[str] = frozenset()


def offers(lines: Sequence[str]) -> Offers:
    """Read the lines of a reply to EHLO; the first is the server's name."""
    said: dict[str, list[str]] = {}
    for line in lines[1:]:
        # "AUTH=PLAIN" is how some old servers spell it; both spellings may come.
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ").split() or [""]
        said.setdefault(keyword, []).extend(parameters)
    largest = next(iter(said.get("SIZE", [])), "")
    return Offers(
        pipelining="PIPELINING" in said,
        chunking="CHUNKING" in said,
        starttls="STARTTLS" in said,
        eight_bit="8BITMIME" in said,
        smtputf8="SMTPUTF8" in said,
        size="SIZE" in said,
        largest=int(largest) if largest.isascii() and largest.isdigit() else 0,
        auth=frozenset(said.get("AUTH", [])),
    )
