"""Single articles join the small story that is clearly the nearest."""

from __future__ import annotations

import numpy as np
import pytest

from digest.stories.single_articles import join_single_articles
from digest.stories.vectors import Neighbours


def neighbours(similarities: dict[tuple[int, int], float], size: int) -> Neighbours:
    table = np.zeros((size, size))
    for (first, second), similarity in similarities.items():
        table[first, second] = table[second, first] = similarity
    rows = tuple(np.flatnonzero(row) for row in table)
    return Neighbours(rows=rows, similarities=tuple(row[row > 0] for row in table))


@pytest.mark.parametrize(
    ("clusters", "similarities", "expected"),
    [
        ([[0], [1], [2]], {(0, 1): 0.2, (1, 2): 0.05}, [[0, 1], [2]]),
        ([[0], [1], [2]], {(0, 1): 0.2, (1, 2): 0.12}, [[0], [1], [2]]),
        ([[0], [1], [2]], {(0, 1): 0.1}, [[0], [1], [2]]),
        ([[0, 1], [2], [3]], {(0, 1): 0.3, (0, 2): 0.2, (1, 2): 0.2, (2, 3): 0.05}, [[0, 1, 2], [3]]),
        ([[0, 1], [2]], {(0, 1): 0.3, (0, 2): 0.2}, [[0, 1], [2]]),
        ([[0, 1, 2], [3]], {(0, 3): 0.4, (1, 3): 0.4, (2, 3): 0.4}, [[0, 1, 2], [3]]),
        ([[0, 1], [2, 3]], {(0, 2): 0.4, (1, 3): 0.4, (0, 3): 0.4, (1, 2): 0.4}, [[0, 1], [2, 3]]),
        ([[0], [1], [2]], {(0, 1): 0.5, (0, 2): 0.24, (1, 2): 0.24}, [[0, 1, 2]]),
        ([], {}, []),
    ],
    ids=[
        "clearly the nearest",
        "another is near as well",
        "not similar",
        "a story of two",
        "like one of two only",
        "a story of three",
        "two stories of two",
        "a pair, and then a third",
        "nothing",
    ],
)
def test_single_articles_join_what_is_clearly_nearest(
    clusters: list[list[int]], similarities: dict[tuple[int, int], float], expected: list[list[int]]
) -> None:
    size = sum(map(len, clusters))
    joined = join_single_articles(clusters, neighbours(similarities, size), np.ones(size, dtype=bool))

    assert joined == expected


def test_headlines_do_not_join_by_this_test() -> None:
    similar = neighbours({(0, 1): 0.4}, 2)

    assert join_single_articles([[0], [1]], similar, np.array([True, False])) == [[0], [1]]
