"""Rows of vectors that belong together: groups that grow by joining the two most alike."""

from __future__ import annotations

import heapq
import math
from itertools import count

import numpy as np

from digest.stories.unique import distinct
from digest.stories.vectors import Floats, Ints, Neighbours, Vectors, agreed

#: From how long on nearness in time has lost two thirds of its say.
_HOURS = 12.0


def fade(hours: Floats | float, say: Floats | float) -> Floats:
    """What is published together is likelier to belong together; from some days apart on, time says nothing more.

    ``say`` is how much it says at all: so much is lost by what is far apart.
    """
    return np.asarray(1 - say * (1 - np.exp(-hours / _HOURS)))


def clusters(vectors: Vectors, near: Neighbours, *, bars: Floats, hours: Floats, says: Floats) -> list[list[int]]:
    """Every row in exactly one group, rows and groups ascending.

    Two groups join if the cosine of their sums, faded by the time between them (``hours``, and what it ``says``),
    reaches their rows' mean bar. Only groups that hold neighbours are compared; ``near`` must be faded too.
    """
    growing = _Growing(vectors, bars, hours, says)
    for row, (others, cosines) in enumerate(zip(near.rows, near.cosines, strict=True)):
        for other, cosine in zip(others.tolist(), cosines.tolist(), strict=True):
            growing.compare(row, other, cosine)
    return growing.grown()


class _Growing:
    """The groups so far, by number: rows first, then each group that two others became."""

    def __init__(self, vectors: Vectors, bars: Floats, hours: Floats, says: Floats) -> None:
        rows = range(len(vectors))
        self._members = {row: [row] for row in rows}
        self._sums = {row: vectors.row(row) for row in rows}
        self._lengths = dict.fromkeys(rows, 1.0)
        self._is_name = vectors.named
        self._named = dict(enumerate(vectors.named_part().tolist()))
        self._bars = dict(enumerate(bars.tolist()))
        self._hours = dict(enumerate(hours.tolist()))
        self._says = dict(enumerate(says.tolist()))
        self._near: dict[int, set[int]] = {row: set() for row in rows}
        self._heap: list[tuple[float, int, int]] = []
        self._fresh = count(len(vectors))
        #: One group's sum laid out by term, all zero between two uses.
        self._dense = np.zeros(vectors.width)

    def compare(self, left: int, right: int, cosine: float) -> None:
        """Remember that the two are neighbours, and so alike."""
        self._near[left].add(right)
        self._near[right].add(left)
        sizes = len(self._members[left]), len(self._members[right])
        bar = (self._bars[left] * sizes[0] + self._bars[right] * sizes[1]) / sum(sizes)
        if cosine >= bar > 0:
            heapq.heappush(self._heap, (-round(cosine / bar, 9), left, right))

    def grown(self) -> list[list[int]]:
        """Join the most alike first, until no two are alike enough."""
        while self._heap:
            _, left, right = heapq.heappop(self._heap)
            if left in self._members and right in self._members:
                self._join(left, right)
        return sorted(sorted(rows) for rows in self._members.values())

    def _join(self, left: int, right: int) -> None:
        fresh = next(self._fresh)
        around = (self._near.pop(left) | self._near.pop(right)) - {left, right}
        self._near[fresh] = set()
        sizes = len(self._members[left]), len(self._members[right])
        for means in (self._bars, self._hours, self._says):
            means[fresh] = (means.pop(left) * sizes[0] + means.pop(right) * sizes[1]) / sum(sizes)
        self._members[fresh] = self._members.pop(left) + self._members.pop(right)
        terms = self._lay_out(left, right)
        weights = self._dense[terms]
        self._sums[fresh] = terms, weights
        self._lengths[fresh] = math.sqrt(weights @ weights)
        names = weights[self._is_name[terms]]
        self._named[fresh] = float(names @ names) / max(float(weights @ weights), 1e-9)
        for other in sorted(around):
            self._near[other] -= {left, right}
            self.compare(other, fresh, self._cosine(other, fresh))
        self._dense[terms] = 0

    def _lay_out(self, left: int, right: int) -> Ints:
        """The terms of the two groups' sum, the sum itself being laid out."""
        parts = self._sums.pop(left), self._sums.pop(right)
        for terms, weights in parts:
            self._dense[terms] += weights
        return distinct(np.concatenate((parts[0][0], parts[1][0])))

    def _cosine(self, other: int, laid_out: int) -> float:
        terms, weights = self._sums[other]
        products = self._dense[terms] * weights / (self._lengths[other] * self._lengths[laid_out])
        named = self._named[other], self._named[laid_out]
        cosine = float(agreed(products.sum(), products[self._is_name[terms]].sum(), named=named))
        say = (self._says[other] + self._says[laid_out]) / 2
        return cosine * float(fade(abs(self._hours[other] - self._hours[laid_out]), say))
