"""Ranges of UIDs that were looked at, and the gaps between them: a folder is read from run to run. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

#: Both ends included.
Range = tuple[int, int]


def with_range(done: Sequence[Range], added: Range) -> tuple[Range, ...]:
    """The ranges with another one, in order; those that touch are one."""
    joined: list[Range] = []
    for low, high in sorted((*done, added)):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def gaps(done: Sequence[Range], highest: int) -> Iterator[Range]:
    """The ranges up to ``highest`` that are not done, the highest first."""
    top = highest
    for low, high in sorted(done, reverse=True):
        if high < top:
            yield high + 1, top
        top = min(top, low - 1)
    if top >= 1:
        yield 1, top
