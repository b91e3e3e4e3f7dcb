"""Opinion pieces as cleaned; those stored before by address, source, title and author."""

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
        ("https://news.example/a", "Herald", "Who pays for the tram | Opinion", True),
        ("https://news.example/a", "Herald", "Who pays for the tram (Commentary)", True),
        ("https://news.example/a", "Zeitung", "Wer zahlt die Tram – Kommentar", True),
        ("https://news.example/a", "Chicago Tribune", "The tram", False),
        ("https://news.example/a", "Herald", "Court explains its opinion", False),
        ("https://news.example/politics/tram", "Herald", "Court issues opinion on tram", False),
        ("https://news.example/news/opinion-poll-on-tram", "Herald", "Poll on tram", False),
    ],
)
def test_an_opinion_is_recognised(url: str, source: str, title: str, expected: bool) -> None:
    assert is_opinion(replace(article(), url=url, source=source, title=title)) is expected


@pytest.mark.parametrize(
    ("author", "section", "expected"),
    [
        ("Opinion Jane Roe", "", True),
        ("The Editorial Board", "", True),
        ("Opinion editor Jane Roe", "", False),
        ("Jane Roe", "Opinion", True),
        ("Jane Roe", "Meinung", True),
        ("Jane Roe", "City", False),
    ],
)
def test_an_opinion_is_recognised_by_its_author_or_its_section(author: str, section: str, expected: bool) -> None:
    assert is_opinion(replace(article(), author=author), section) is expected


def test_what_cleaning_recorded_counts() -> None:
    labelled = article(url="https://news.example/opinion/tram")

    assert is_opinion(article(is_opinion=True))
    assert is_opinion(labelled)
    assert not is_opinion(replace(labelled, is_opinion=False))
    assert is_opinion(article(is_opinion=False), "Opinion")
