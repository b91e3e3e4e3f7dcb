"""Sparklines: a few numbers as a line of block characters."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """One block for each value, the highest for the largest; a space for zero: ``▁▃ █``"""
    largest = max(values, default=0)
    return "".join(_block(value / largest) if value > 0 else " " for value in values)


def _block(share: float) -> str:
    return _BLOCKS[min(int(share * len(_BLOCKS)), len(_BLOCKS) - 1)]


def is_printable(encoding: str | None) -> bool:
    """Whether a terminal with this encoding shows sparklines."""
    try:
        _BLOCKS.encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
