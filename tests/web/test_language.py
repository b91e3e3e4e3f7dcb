"""Pages in the language of the newsletter or of the browser."""

from __future__ import annotations

import pytest

from digest.web.language import choose_language

AVAILABLE = ("en", "de", "pt", "ar")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        pytest.param("", "en", id="none"),
        pytest.param("de", "de", id="one"),
        pytest.param("de-AT,de;q=0.9,en;q=0.8", "de", id="a variant"),
        pytest.param("PT-br", "pt", id="capitals"),
        pytest.param("sv, ar;q=0.5, de;q=0.7", "de", id="by weight"),
        pytest.param("de;q=0, ar;q=0.1", "ar", id="refused"),
        pytest.param("en-GB,en;q=0.9,de;q=0.8", "en", id="English first"),
        pytest.param("*", "en", id="any"),
        pytest.param("sv,*;q=0.5,de;q=0.1", "en", id="any before another"),
        pytest.param("de;q=abc,;;,q=1, ,pt;q=nan,ar;q=7", "en", id="garbage"),
        pytest.param("xx," * 10_000 + "de", "en", id="long"),
    ],
)
def test_the_browser_is_asked_for_its_languages(header: str, language: str) -> None:
    assert choose_language(header, AVAILABLE, default="en") == language
