"""Texts that a regular expression describes, one for each way that it leaves open."""

from __future__ import annotations

from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]  # nothing public reads a pattern
from typing import Any

#: What stands for a class of letters.
_CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "x", "CATEGORY_NOT_SPACE": "x"}


def forms(pattern: str) -> Iterator[str]:
    """Each alternative and each option once, with the shortest form of what stands around it; some may not match."""
    yield from _sequence(list(_parser.parse(pattern)))


def _sequence(parts: list[tuple[Any, Any]]) -> Iterator[str]:
    each = [list(_part(str(kind), value)) for kind, value in parts]
    shortest = [found[0] for found in each]
    yield "".join(shortest)
    for at, found in enumerate(each):
        for form in found[1:]:
            yield "".join((*shortest[:at], form, *shortest[at + 1 :]))


def _part(kind: str, value: Any) -> Iterator[str]:
    match kind:
        case "LITERAL":
            yield chr(value)
        case "IN":
            yield from _letters(value)
        case "BRANCH":
            for branch in value[1]:
                yield from _sequence(list(branch))
        case "SUBPATTERN":
            yield from _sequence(list(value[-1]))
        case "MAX_REPEAT" | "MIN_REPEAT":
            least, _, repeated = value
            if not least:
                yield ""
            for form in _sequence(list(repeated)):
                yield form * max(least, 1)
        case "ANY" | "NOT_LITERAL":
            yield "x"
        case _:  # a place, or what stands around it
            yield ""


def _letters(of: list[tuple[Any, Any]]) -> Iterator[str]:
    if str(of[0][0]) == "NEGATE":
        yield "x"
        return
    for kind, value in of:
        if str(kind) == "LITERAL":
            yield chr(value)
        elif str(kind) == "RANGE":
            yield chr(value[0])
        elif str(value) in _CLASSES:
            yield _CLASSES[str(value)]
    if all(str(value) not in _CLASSES and str(kind) == "CATEGORY" for kind, value in of):
        yield "-"
