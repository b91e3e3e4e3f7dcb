"""What a mail server offers in its reply to EHLO."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
