"""Sparklines: a few numbers as a line of characters, each as high or as dark as its number is large."""

from __future__ import annotations

from collections.abc import Sequence

#: From low to high, and from light to dark.
BLOCKS, ASCII = "▁▂▃▄▅▆▇█", ".:-=+*#%"


def sparkline(values: Sequence[float], levels: str = BLOCKS) -> str:
    """One character for each value, the last level for the largest; a space for zero: ``▁▃ █``"""
    largest = max(values, default=0)
    return "".join(_level(value / largest, levels) if value > 0 else " " for value in values)


def trend(values: Sequence[float], levels: str = BLOCKS) -> str:
    """One character for each value, between the lowest and the highest: small changes of a large number show."""
    lowest, span = min(values, default=0), max(values, default=0) - min(values, default=0)
    return "".join(_level((value - lowest) / span if span else 0, levels) for value in values)


def levels_for(encoding: str | None) -> str:
    """The levels that a terminal with this encoding shows."""
    try:
        BLOCKS.encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return BLOCKS


def _level(share: float, levels: str) -> str:
    return levels[min(int(share * len(levels)), len(levels) - 1)]
