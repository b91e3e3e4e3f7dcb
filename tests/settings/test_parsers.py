"""Durations and boosts, parsed from text."""

from __future__ import annotations

from datetime import timedelta

import pytest

from digest.model.newsletters import Boost
from digest.settings.parsers import parse_boost, parse_duration


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
def test_durations_are_parsed(text: str, expected: timedelta) -> None:
    assert parse_duration(text) == expected


@pytest.mark.parametrize("text", ["", "36", "h", "-2d", "1.5h", "2 years", "٣h", "9999999d"])
def test_an_invalid_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write 90m, 36h, 2d or 1w"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "topic", "points"),
    [
        ("cycling", "cycling", 1),
        (" climate change ", "climate change", 1),
        ("cycling +2", "cycling", 2),
        ("reality TV -0.5", "reality TV", -0.5),
        ("Covid-19", "Covid-19", 1),
        ("G 20", "G 20", 1),
        ("+2", "+2", 1),
    ],
    ids=["a word", "two words", "more", "less", "a hyphen", "a number", "points alone"],
)
def test_a_boost_has_a_topic_and_points(text: str, topic: str, points: float) -> None:
    assert parse_boost(text) == Boost(topic=topic, points=points)
