"""Agglomerative clustering of vectors: the two most similar clusters are merged, until none are similar enough."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np

from digest.stories.similarity import adjusted_cosine, time_decay
from digest.stories.unique_values import unique_values
from digest.stories.vectors import Floats, Ints, Neighbours, Vectors

#: Whether one of these rows must not be in one cluster with one of those.
CannotLink = Callable[[Sequence[int], Sequence[int]], bool]


def cluster(
    vectors: Vectors,
    neighbours: Neighbours,
    *,
    thresholds: Floats,
    hours: Floats,
    time_influence: Floats,
    cannot_link: CannotLink = lambda _rows, _other_rows: False,
) -> list[list[int]]:
    """Every row in exactly one cluster; rows and clusters ascending.

    Two clusters merge if the similarity of their sums reaches the mean threshold of their rows. The similarity decays
    with the time between them (``hours``, ``time_influence``); that of ``neighbours`` must have decayed already. Only
    clusters that hold neighbours are compared. None merge against ``cannot_link``.
    """
    clustering = _Clustering(
        vectors, thresholds=thresholds, hours=hours, time_influence=time_influence, cannot_link=cannot_link
    )
    numbers = [*range(len(vectors))]  # one object for each number, however often it occurs
    for row, (rows, similarities) in enumerate(zip(neighbours.rows, neighbours.similarities, strict=True)):
        for neighbour, similarity in zip(rows.tolist(), similarities.tolist(), strict=True):
            clustering.add_pair(numbers[row], numbers[neighbour], similarity)
    return clustering.merge_all()


class _Clustering:
    """The clusters so far by number: first the rows, then each merged cluster."""

    def __init__(
        self, vectors: Vectors, *, thresholds: Floats, hours: Floats, time_influence: Floats, cannot_link: CannotLink
    ) -> None:
        rows = range(len(vectors))
        self._members = {row: [row] for row in rows}
        self._sums = {row: vectors.row(row) for row in rows}
        self._lengths = dict.fromkeys(rows, 1.0)
        self._is_name = vectors.is_name
        self._cannot_link = cannot_link
        self._name_shares = dict(enumerate(vectors.name_shares().tolist()))
        # Means over each cluster's rows.
        self._thresholds = dict(enumerate(thresholds.tolist()))
        self._hours = dict(enumerate(hours.tolist()))
        self._time_influence = dict(enumerate(time_influence.tolist()))
        self._neighbours: dict[int, set[int]] = {row: set() for row in rows}
        #: Mergeable pairs, the most similar in relation to their threshold first.
        self._heap: list[tuple[float, int, int]] = []
        self._next_number = count(len(vectors))
        #: Scratch array: the sum of one cluster by term. All 0 between calls.
        self._dense = np.zeros(vectors.width)

    def add_pair(self, first: int, second: int, similarity: float) -> None:
        """Record two clusters as neighbours with this similarity."""
        self._neighbours[first].add(second)
        self._neighbours[second].add(first)
        sizes = len(self._members[first]), len(self._members[second])
        threshold = (self._thresholds[first] * sizes[0] + self._thresholds[second] * sizes[1]) / sum(sizes)
        if similarity >= threshold > 0 and not self._cannot_link(self._members[first], self._members[second]):
            heapq.heappush(self._heap, (-round(similarity / threshold, 9), first, second))

    def merge_all(self) -> list[list[int]]:
        """Merge the most similar pair each time, until no pair is similar enough."""
        while self._heap:
            _, first, second = heapq.heappop(self._heap)
            if first in self._members and second in self._members:
                self._merge(first, second)
        return sorted(sorted(rows) for rows in self._members.values())

    def _merge(self, first: int, second: int) -> None:
        merged = next(self._next_number)
        neighbours = (self._neighbours.pop(first) | self._neighbours.pop(second)) - {first, second}
        self._neighbours[merged] = set()
        sizes = len(self._members[first]), len(self._members[second])
        for means in (self._thresholds, self._hours, self._time_influence):
            means[merged] = (means.pop(first) * sizes[0] + means.pop(second) * sizes[1]) / sum(sizes)
        self._members[merged] = self._members.pop(first) + self._members.pop(second)
        terms = self._load_sum(first, second)
        weights = self._dense[terms]
        self._sums[merged] = terms, weights
        self._lengths[merged] = math.sqrt(weights @ weights)
        names = weights[self._is_name[terms]]
        self._name_shares[merged] = float(names @ names) / max(float(weights @ weights), 1e-9)
        for neighbour in sorted(neighbours):
            self._neighbours[neighbour] -= {first, second}
            self.add_pair(neighbour, merged, self._similarity(neighbour, merged))
        self._dense[terms] = 0

    def _load_sum(self, first: int, second: int) -> Ints:
        """Add the sums of two clusters into the scratch array; their terms."""
        parts = self._sums.pop(first), self._sums.pop(second)
        for terms, weights in parts:
            self._dense[terms] += weights
        return unique_values(np.concatenate((parts[0][0], parts[1][0])))

    def _similarity(self, cluster: int, loaded: int) -> float:
        """Similarity of a cluster with the one whose sum is in the scratch array."""
        terms, weights = self._sums[cluster]
        products = self._dense[terms] * weights / (self._lengths[cluster] * self._lengths[loaded])
        name_cosine = products[self._is_name[terms]].sum()
        name_shares = self._name_shares[cluster], self._name_shares[loaded]
        similarity = float(adjusted_cosine(products.sum(), name_cosine, name_shares=name_shares))
        influence = (self._time_influence[cluster] + self._time_influence[loaded]) / 2
        return similarity * float(time_decay(abs(self._hours[cluster] - self._hours[loaded]), influence))
