"""Topics in plain words: which articles are about them, and which only mention them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.model.articles import Article
from digest.stories.topics import is_about


@pytest.mark.parametrize(
    ("topic", "title", "paragraphs", "language", "about"),
    [
        ("tram", "Trams run again", (), "en", True),
        ("TRAM", "The tram", (), "en", True),
        ("tram", "News", ("The tram is back.", "More."), "en", True),
        ("tram", "News", ("Buses run.", "One tram stood.", "No more."), "en", False),
        ("tram", "News", ("Buses run.", "A tram, another tram, and a third tram."), "en", True),
        ("tram", "Trampoline park opens", (), "en", False),
        ("climate change", "Climate and change", (), "en", False),
        ("climate change", "Changing climates", (), "en", False),
        ("climate change", "The climate changes fast", (), "en", True),
        ("Züge", "Der Zug fährt", (), "de", True),
        ("US", "Tell us about it", ("Let us know what it means to us.",), "en", False),
        ("US", "US senators vote", (), "en", True),
        ("trams", "TRAMS RUN TO US AGAIN", (), "en", True),
        ("WHO", "Who wins", ("The man who sings.",), "en", False),
        ("nato", "NATO meets", (), "en", True),
        ("IT jobs", "More IT jobs", (), "en", True),
        ("", "Anything", ("At all.",), "en", False),
        ("!", "Anything", ("At all!",), "en", False),
    ],
)
def test_an_article_is_about_a_topic_that_its_beginning_names(
    topic: str, title: str, paragraphs: tuple[str, ...], language: str, about: bool
) -> None:
    article = Article(
        id="a",
        source_id="s",
        source="S",
        url="",
        title=title,
        paragraphs=paragraphs,
        published=datetime(2026, 3, 2, tzinfo=UTC),
        language=language,
    )

    assert is_about(article, topic) is about
