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
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'|#.*")


def lines(text: str) -> Mapping[Place, int]:
    """The line of each table and key of a valid TOML ``text``, the first line being 1."""
    found: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in _statements(text):
        names: Place = ()
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
            table = _numbered(table, counts)
        elif key := _KEY.match(line):
            names = _names(key[1])
        place = table + names
        for length in range(1, len(place) + 1):
            found.setdefault(place[:length], number)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines at which something begins: none inside a string or a list of many lines."""
    inside, depth = False, 0
    for number, line in enumerate(text.split("\n"), start=1):
        is_comment = not inside and line.lstrip().startswith("#")
        if line.strip() and not (is_comment or inside or depth):
            yield number, line.rstrip("\r")
        parts = [line] if is_comment else _FENCE.split(line)
        begins_outside, inside = not inside, inside != (len(parts) % 2 == 0)
        outside = (parts[0] if begins_outside else "") + ("" if inside or len(parts) == 1 else parts[-1])
        bare = _STRING_OR_COMMENT.sub("", outside)
        depth += sum(bare.count(sign) for sign in "[{") - sum(bare.count(sign) for sign in "]}")


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
