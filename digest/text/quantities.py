"""Durations and sizes as people read them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """``12 s``, ``3 min``, ``5 h`` or ``2 d``."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


def file_size(count: int) -> str:
    """``12 kB``, ``3.4 MB`` or ``5.2 GB``: powers of ten."""
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count / 1000:.0f} kB"
