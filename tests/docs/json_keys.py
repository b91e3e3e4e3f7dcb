"""Paths of JSON keys: those of a document, and those that a page's tables name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

_HEADING = re.compile(r"(?m)^### `digest ([a-z ]+?) --(?:json|format json)`$")


def documented_keys(page: str) -> Mapping[str, frozenset[str]]:
    """Return the paths in the first column of each command's table: ``stories[].title``, ``counts.{outcome}``."""
    parts = _HEADING.split(page)[1:]
    return {
        command: frozenset(
            path for row in re.findall(r"(?m)^\| (`.*?`) \| ", text) for path in re.findall(r"`([^`]+)`", row)
        )
        for command, text in zip(parts[::2], (text.partition("\n## ")[0] for text in parts[1::2]), strict=True)
    }


def key_paths(value: object, path: str = "") -> Iterator[str]:
    """Iterate over the paths of all values in a document that are no objects or filled lists."""
    match value:
        case Mapping() if value:
            for name, item in value.items():
                yield from key_paths(item, f"{path}.{name}" if path else name)
        case [_, *_] as items if isinstance(items, Sequence) and not isinstance(items, str):
            for item in items:
                yield from key_paths(item, f"{path}[]")
        case Mapping() | []:
            pass
        case _:
            yield path


def pattern(documented: str) -> re.Pattern[str]:
    """Return what matches the paths that a documented one stands for: ``{outcome}`` is any name."""
    return re.compile(re.sub(r"\\\{\w+\\\}", r"[^.\\[\\]]+", re.escape(documented)))
