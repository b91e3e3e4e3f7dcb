"""Numbers as a line of block characters."""

from __future__ import annotations

import pytest

from digest.text.sparkline import ASCII, BLOCKS, levels_for, sparkline, trend


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([0, 0], "  "),
        ([1], "█"),
        ([1, 2, 3, 4, 5, 6, 7, 8], "▂▃▄▅▆▇██"),
        ([0, 0.001, 1000], " ▁█"),
    ],
)
def test_the_largest_number_is_the_highest_block(values: list[float], line: str) -> None:
    assert sparkline(values) == line


def test_a_terminal_without_blocks_gets_ascii() -> None:
    assert sparkline([0, 1, 4, 8], ASCII) == " :+%"


@pytest.mark.parametrize(
    ("values", "line"), [([], ""), ([5, 5], "▁▁"), ([1000, 1001, 1004], "▁▃█"), ([3, 0], "█▁"), ([0], "▁")]
)
def test_a_trend_shows_small_changes_of_a_large_number(values: list[float], line: str) -> None:
    assert trend(values) == line


@pytest.mark.parametrize(
    ("encoding", "levels"),
    [("utf-8", BLOCKS), ("ascii", ASCII), ("latin-1", ASCII), (None, ASCII), ("no such", ASCII)],
)
def test_a_terminal_must_have_the_characters(encoding: str | None, levels: str) -> None:
    assert levels_for(encoding) == levels
