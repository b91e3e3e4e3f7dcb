"""The distinct values of an array. ``numpy.unique`` says the same, but its first call imports ``numpy.ma``: a twentieth
of a preview.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def distinct(values: Ints) -> Ints:
    """Each value once, ascending."""
    ordered = np.sort(values, kind="stable")
    return ordered[_firsts(ordered)]


def distinct_and_places(values: Ints) -> tuple[Ints, Ints]:
    """Each value once, ascending, and for each of ``values`` the place where it stands among them."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = _firsts(ordered)
    places = np.empty(len(values), dtype=np.int64)
    places[order] = np.cumsum(first) - 1
    return ordered[first], places


def _firsts(ordered: Ints) -> NDArray[np.bool_]:
    """Where another value begins."""
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first
