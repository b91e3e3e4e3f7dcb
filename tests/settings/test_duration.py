"""Lengths of time as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.settings.duration import duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("36h", timedelta(hours=36)),
        ("90 m", timedelta(minutes=90)),
        ("2D", timedelta(days=2)),
        ("1w", timedelta(weeks=1)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("0s", timedelta()),
    ],
)
def test_reads_what_people_write(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "36", "h", "-2d", "1.5h", "2 years", "٣h", "9999999d"])
def test_says_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match="write 90m, 36h, 2d or 1w"):
        duration(text)
