"""On which line of a TOML text a key stands; tomllib tells the values, but not where they are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

#: ``("smtp", "port")``, or ``("sources", 0, "url")`` for the first of ``[[sources]]``.
Place = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w\s.-]|"[^"]*"|'[^']*')+?)\s*=""")
_FENCE = re.compile(r'"""|' + "'''")


def lines(text: str) -> Mapping[Place, int]:
    """The line of each table and key of a valid TOML ``text``, the first line being 1."""
    found: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in _outside_strings(text):
        if header := _HEADER.match(line):
            names = _names(header[2])
            if not names:  # the end of a list of lists
                continue
            table = names
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
            table = _numbered(table, counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(table + _names(key[1]), number)
    return found


def _outside_strings(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines of a text that don't stand inside a string of many lines."""
    fence = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not fence:
            yield number, line.rstrip("\r")
        for match in _FENCE.finditer("" if not fence and line.lstrip().startswith("#") else line):
            fence = "" if fence == match[0] else fence or match[0]


def _names(dotted: str) -> Place:
    """``a."b.c"`` → ``("a", "b.c")``, read by tomllib itself; nothing where it is no key after all."""
    value: Any
    try:
        value = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)


def _numbered(table: Place, counts: Mapping[Place, int]) -> Place:
    """The table's place, with the number of each array of tables on its way."""
    place: Place = ()
    for depth in range(1, len(table) + 1):
        place += (table[depth - 1],)
        if table[:depth] in counts:
            place += (counts[table[:depth]],)
    return place
