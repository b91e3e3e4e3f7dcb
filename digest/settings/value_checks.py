"""Checks that converters of settings values are made of."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any


class InvalidValue(ValueError):
    """A value of the right type, but out of range or malformed; ``suggestion`` is the nearest valid value."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


#: Returns the value to store. Raises ``InvalidValue``.
Converter = Callable[[Any], Any]


def number(low: float, high: float = math.inf) -> Converter:
    """A finite number within these limits."""

    def convert(value: float | None) -> float | None:
        if value is None or (low <= value <= high and math.isfinite(value)):
            return value
        limits = f"from {low:g} to {high:g}" if math.isfinite(high) else f"of at least {low:g}"
        raise InvalidValue(f"expected a number {limits}, found {value:g}")

    return convert


def matching(pattern: str, expected: str) -> Converter:
    """Text that matches the pattern as a whole."""

    def convert(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise InvalidValue(f"expected {expected}, found {value!r}")
        return value

    return convert


def each(convert: Converter) -> Converter:
    """The values of a list, each converted."""
    return lambda values: tuple(map(convert, values))
