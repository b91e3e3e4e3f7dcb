"""Numbers as a line of block characters."""

from __future__ import annotations

import pytest

from digest.text.sparkline import is_printable, sparkline


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


@pytest.mark.parametrize(
    ("encoding", "expected"), [("utf-8", True), ("ascii", False), ("latin-1", False), (None, False), ("no such", False)]
)
def test_a_terminal_must_have_the_characters(encoding: str | None, expected: bool) -> None:
    assert is_printable(encoding) is expected
