"""Join single articles to the small story that is clearly the nearest.

Two unlike reports of one event share few words, and few other texts help. They belong together if they are much nearer
to each other than to any other text: the ratio test of nearest neighbours (Lowe 2004).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from digest.stories.clusters import CannotLink
from digest.stories.vectors import Bools, Neighbours

#: The least mean similarity of a single article to the articles of a story.
_MIN_SIMILARITY = 0.15
#: It must be so many times the similarity of any of them to any other article.
_RATIO = 2.0
#: Most articles of the joined story: of more articles, their words in common show whether they belong together.
_MAX_SIZE = 3

#: Similarities of each article by neighbour.
_Similarities = dict[int, dict[int, float]]


def join_single_articles(
    clusters: Sequence[Sequence[int]],
    neighbours: Neighbours,
    is_article: Bools,
    cannot_link: CannotLink = lambda _rows, _other_rows: False,
) -> list[list[int]]:
    """The clusters, sorted, after single articles have joined those of at most two articles.

    ``is_article`` says which rows have text enough to be judged by this test; headlines have not. None join
    against ``cannot_link``.
    """
    joining = _Joining(clusters, neighbours, is_article, cannot_link)
    while joining.join_clearest():
        pass
    return sorted(sorted(rows) for rows in joining.members.values())


class _Joining:
    """Clusters by number, and the similarities of the rows in small ones."""

    def __init__(
        self,
        clusters: Sequence[Sequence[int]],
        neighbours: Neighbours,
        is_article: Bools,
        cannot_link: CannotLink,
    ) -> None:
        self._cannot_link = cannot_link
        self.members = {number: list(rows) for number, rows in enumerate(clusters)}
        self._cluster_of = {row: number for number, rows in self.members.items() for row in rows}
        self._similarities = _symmetric(
            neighbours,
            [row for rows in clusters for row in rows if len(rows) < _MAX_SIZE and is_article[row]],
        )
        self._single = {rows[0] for rows in clusters if len(rows) == 1} & self._similarities.keys()

    def join_clearest(self) -> bool:
        """Join the single articles that pass the test, the clearest first; whether there was one."""
        joins = sorted(filter(None, map(self._best_join, sorted(self._single))), reverse=True)
        joined: set[int] = set()
        for _, row, number in joins:
            if row not in joined and joined.isdisjoint(self.members[number]):
                joined.update(self.members[number], (row,))
                self._join(row, number)
        return bool(joins)

    def _join(self, row: int, number: int) -> None:
        del self.members[self._cluster_of[row]]
        self.members[number].append(row)
        self._cluster_of[row] = number
        self._single.difference_update(self.members[number])

    def _best_join(self, row: int) -> tuple[float, int, int] | None:
        """The nearest cluster, if it passes the test: the ratio reached, the row and the cluster."""
        means: dict[int, float] = defaultdict(float)
        for neighbour, similarity in self._similarities[row].items():
            number = self._cluster_of[neighbour]
            means[number] += similarity / len(self.members[number])
        if not means:
            return None
        number = min(means, key=lambda number: (-means[number], number))
        rows = [row, *self.members[number]]
        if len(rows) > _MAX_SIZE or means[number] < _MIN_SIMILARITY or not self._similarities.keys() >= set(rows):
            return None
        if self._cannot_link([row], self.members[number]):
            return None
        ratio = means[number] / max(self._nearest_outside(rows), _MIN_SIMILARITY / 10)
        return (ratio, row, number) if ratio >= _RATIO else None

    def _nearest_outside(self, rows: Collection[int]) -> float:
        """The highest similarity of one of the rows to another row."""
        return max(
            (
                similarity
                for row in rows
                for neighbour, similarity in self._similarities[row].items()
                if neighbour not in rows
            ),
            default=0.0,
        )


def _symmetric(neighbours: Neighbours, rows: Collection[int]) -> _Similarities:
    """The similarities of these rows to their neighbours, and to the rows whose neighbours they are."""
    similarities: _Similarities = {row: {} for row in rows}
    for row, (nearest, values) in enumerate(zip(neighbours.rows, neighbours.similarities, strict=True)):
        for neighbour, similarity in zip(nearest.tolist(), values.tolist(), strict=True):
            if row in similarities:
                similarities[row][neighbour] = similarity
            if neighbour in similarities:
                similarities[neighbour][row] = similarity
    return similarities
