"""Generate example texts for a regular expression: one for each alternative and each option."""

from __future__ import annotations

from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]  # nothing public reads a pattern
from typing import Any

#: An example for each character class.
_CLASSES = {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "x", "CATEGORY_NOT_SPACE": "x"}


def example_texts(pattern: str) -> Iterator[str]:
    """Example texts: each alternative and each option once, the other parts in their shortest form.

    Some may not match, because lookarounds are ignored.
    """
    yield from _sequence(list(_parser.parse(pattern)))


def _sequence(parts: list[tuple[Any, Any]]) -> Iterator[str]:
    examples = [list(_part(str(kind), value)) for kind, value in parts]
    shortest = [forms[0] for forms in examples]
    yield "".join(shortest)
    for at, forms in enumerate(examples):
        for form in forms[1:]:
            yield "".join((*shortest[:at], form, *shortest[at + 1 :]))


def _part(kind: str, value: Any) -> Iterator[str]:
    match kind:
        case "LITERAL":
            yield chr(value)
        case "IN":
            yield from _characters(value)
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
        case _:  # an anchor or a lookaround
            yield ""


def _characters(members: list[tuple[Any, Any]]) -> Iterator[str]:
    if str(members[0][0]) == "NEGATE":
        yield "x"
        return
    for kind, value in members:
        if str(kind) == "LITERAL":
            yield chr(value)
        elif str(kind) == "RANGE":
            yield chr(value[0])
        elif str(value) in _CLASSES:
            yield _CLASSES[str(value)]
    if all(str(value) not in _CLASSES and str(kind) == "CATEGORY" for kind, value in members):
        yield "-"
