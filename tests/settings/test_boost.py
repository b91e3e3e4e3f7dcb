"""A wish is plain words, with points where a person gives some."""

from __future__ import annotations

import pytest

from digest.settings.boost import wish


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
def test_a_wish_is_a_topic_and_its_points(text: str, topic: str, points: float) -> None:
    assert wish(text) == (topic, points)
