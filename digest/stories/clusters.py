"""Agglomerative clustering of vectors: the two most similar clusters are merged, until none are similar enough."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from itertools import count

import numpy as np

from digest.stories.array_operations import segment_sums
from digest.stories.similarity import adjusted_cosine, time_decay
from digest.stories.unique_values import unique_values
from digest.stories.vectors import Floats, Ints, Neighbours, SymmetricNeighbours, Vectors

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
        vectors, neighbours, thresholds=thresholds, hours=hours, time_influence=time_influence, cannot_link=cannot_link
    )
    return clustering.merge_all()


class _Clustering:
    """The clusters so far by number: first the rows, then each merged cluster.

    Arrays have a place for each number; dictionaries hold merged clusters only, since most rows stay alone.
    """

    def __init__(
        self,
        vectors: Vectors,
        neighbours: Neighbours,
        *,
        thresholds: Floats,
        hours: Floats,
        time_influence: Floats,
        cannot_link: CannotLink,
    ) -> None:
        self._vectors = vectors
        self._cannot_link = cannot_link
        self._members: dict[int, list[int]] = {}
        self._sums: dict[int, tuple[Ints, Floats]] = {}
        #: Clusters that hold neighbours; their numbers may be those of clusters that have merged since.
        self._neighbours: dict[int, Ints] = {}
        self._row_neighbours = SymmetricNeighbours(neighbours)
        rows = len(vectors)
        self._next_number = count(rows)
        #: The cluster that each one has merged into; its own number if it has not.
        self._merged_into = np.arange(2 * rows)
        self._sizes = np.ones(2 * rows, np.int64)
        self._lengths = np.ones(2 * rows)
        self._name_shares = _with_places(vectors.name_shares())
        # Means over each cluster's rows.
        self._thresholds = _with_places(thresholds)
        self._hours = _with_places(hours)
        self._time_influence = _with_places(time_influence)
        self._name_factors = vectors.is_name.astype(float)
        #: Scratch array: the sum of one cluster by term. All 0 between calls.
        self._dense = np.zeros(vectors.width)
        #: Mergeable pairs, the most similar in relation to their threshold first.
        self._heap: list[tuple[float, int, int]] = []
        for row, (nearest, similarities) in enumerate(zip(neighbours.rows, neighbours.similarities, strict=True)):
            self._push_pairs(np.full(len(nearest), row), nearest, similarities)

    def _push_pairs(self, firsts: Ints, seconds: Ints, similarities: Floats) -> None:
        """Keep the pairs that are similar enough to merge."""
        sizes = self._sizes[firsts], self._sizes[seconds]
        thresholds = (self._thresholds[firsts] * sizes[0] + self._thresholds[seconds] * sizes[1]) / (
            sizes[0] + sizes[1]
        )
        for at in np.flatnonzero((similarities >= thresholds) & (thresholds > 0)).tolist():
            first, second = int(firsts[at]), int(seconds[at])
            if not self._cannot_link(self._rows_of(first), self._rows_of(second)):
                heapq.heappush(self._heap, (-round(float(similarities[at] / thresholds[at]), 9), first, second))

    def merge_all(self) -> list[list[int]]:
        """Merge the most similar pair each time, until no pair is similar enough."""
        while self._heap:
            _, first, second = heapq.heappop(self._heap)
            if self._merged_into[first] == first and self._merged_into[second] == second:
                self._merge(first, second)
        alone = (row for row in range(len(self._vectors)) if self._merged_into[row] == row)
        return sorted([*([row] for row in alone), *(sorted(rows) for rows in self._members.values())])

    def _merge(self, first: int, second: int) -> None:
        merged = next(self._next_number)
        sizes = self._sizes[first], self._sizes[second]
        for means in (self._thresholds, self._hours, self._time_influence):
            means[merged] = (means[first] * sizes[0] + means[second] * sizes[1]) / (sizes[0] + sizes[1])
        self._sizes[merged] = sizes[0] + sizes[1]
        self._members[merged] = self._rows_of(first) + self._rows_of(second)
        terms = self._load_sum(first, second)
        weights = self._dense[terms]
        self._lengths[merged] = math.sqrt(weights @ weights)
        names = weights[self._vectors.is_name[terms]]
        self._name_shares[merged] = float(names @ names) / max(float(weights @ weights), 1e-9)
        self._merged_into[[first, second]] = merged
        neighbours = self._current(np.concatenate((self._neighbours_of(first), self._neighbours_of(second))))
        neighbours = neighbours[neighbours != merged]
        if len(neighbours):
            self._push_pairs(neighbours, np.full(len(neighbours), merged), self._similarities(neighbours, merged))
        self._dense[terms] = 0
        for part in (first, second):
            for values in (self._members, self._sums, self._neighbours):
                values.pop(part, None)
        self._sums[merged] = terms, weights
        self._neighbours[merged] = neighbours

    def _rows_of(self, cluster: int) -> list[int]:
        return self._members.get(cluster) or [cluster]

    def _sum_of(self, cluster: int) -> tuple[Ints, Floats]:
        return self._sums.get(cluster) or self._vectors.row(cluster)

    def _neighbours_of(self, cluster: int) -> Ints:
        neighbours = self._neighbours.get(cluster)
        return self._row_neighbours.of(cluster) if neighbours is None else neighbours

    def _current(self, clusters: Ints) -> Ints:
        """The clusters that these have merged into, ascending, each once."""
        while (merged_into := self._merged_into[clusters]).tobytes() != clusters.tobytes():
            clusters = merged_into
        return unique_values(clusters)

    def _load_sum(self, first: int, second: int) -> Ints:
        """Add the sums of two clusters into the scratch array; their terms."""
        parts = self._sum_of(first), self._sum_of(second)
        for terms, weights in parts:
            self._dense[terms] += weights
        return unique_values(np.concatenate((parts[0][0], parts[1][0])))

    def _similarities(self, clusters: Ints, loaded: int) -> Floats:
        """Similarities of some clusters with the one whose sum is in the scratch array."""
        sums = [self._sum_of(cluster) for cluster in clusters.tolist()]
        sizes = np.array([len(terms) for terms, _ in sums])
        terms = np.concatenate([terms for terms, _ in sums])
        products = self._dense.take(terms) * np.concatenate([weights for _, weights in sums])
        lengths = self._lengths[clusters] * self._lengths[loaded]
        cosines = segment_sums(products, sizes) / lengths
        name_cosines = segment_sums(products * self._name_factors.take(terms), sizes) / lengths
        name_shares = self._name_shares[clusters], self._name_shares[loaded]
        influence = (self._time_influence[clusters] + self._time_influence[loaded]) / 2
        decay = time_decay(np.abs(self._hours[clusters] - self._hours[loaded]), influence)
        return np.asarray(adjusted_cosine(cosines, name_cosines, name_shares=name_shares) * decay)


def _with_places(values: Floats) -> Floats:
    """The values of the rows, and places for as many merged clusters."""
    return np.concatenate((values, np.zeros(len(values))))
