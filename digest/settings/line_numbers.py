"""Line numbers of the keys in a TOML text, which tomllib does not report."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

#: ``("smtp", "port")``, or ``("sources", 0, "url")`` for the first of ``[[sources]]``.
KeyPath = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)(.+?)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[\w\s.-]|"[^"]*"|'[^']*')+?)\s*=""")
_FENCE = re.compile(r'"""|' + "'''")
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|' + r"'[^']*'|#.*")


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The line of each table and key of a valid TOML ``text``, counted from 1."""
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    counts: dict[KeyPath, int] = {}
    for number, line in _statement_lines(text):
        names: KeyPath = ()
        if header := _HEADER.match(line):
            table = _names(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
            table = _with_indexes(table, counts)
        elif key := _KEY.match(line):
            names = _names(key[1])
        path = table + names
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], number)
    return lines


def _statement_lines(text: str) -> Iterator[tuple[int, str]]:
    """The numbered lines that begin a statement, not those within a multi-line string or list."""
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


def _names(dotted: str) -> KeyPath:
    """``a."b.c"`` → ``("a", "b.c")``, parsed by tomllib itself; empty if it is not a key."""
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


def _with_indexes(table: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """The table's path, with the index of its item after each array of tables."""
    path: KeyPath = ()
    for depth in range(1, len(table) + 1):
        path += (table[depth - 1],)
        if table[:depth] in counts:
            path += (counts[table[:depth]],)
    return path
