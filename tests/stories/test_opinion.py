"""Opinion pieces by address, source and title."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digest.stories.opinion import is_opinion
from tests.support.values import article


@pytest.mark.parametrize(
    ("url", "source", "title", "expected"),
    [
        ("https://news.example/opinions/2026/tram.html", "Herald", "The tram", True),
        ("https://news.example/story/opinion/2026/our-best-hope-column/1/", "Herald", "The tram", True),
        ("https://news.example/commentisfree/tram", "Herald", "The tram", True),
        ("https://zeitung.example/meinung/tram", "Zeitung", "Die Tram", True),
        ("https://news.example/a", "Herald - Opinion", "The tram", True),
        ("https://news.example/a", "Herald", "OPINION: The tram", True),
        ("https://news.example/a", "Herald", "Commentary | The tram", True),
        ("https://news.example/politics/tram", "Herald", "Court issues opinion on tram", False),
        ("https://news.example/news/opinion-poll-on-tram", "Herald", "Poll on tram", False),
    ],
)
def test_an_opinion_is_recognised(url: str, source: str, title: str, expected: bool) -> None:
    assert is_opinion(replace(article(), url=url, source=source, title=title)) is expected
