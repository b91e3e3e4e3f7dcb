"""Stop words by language."""

from __future__ import annotations

import pytest

from digest.text.stop_words import stop_words


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("ar", "في"), ("cs", "nebo"), ("de", "und"), ("el", "και"), ("en", "the"), ("es", "algunos"), ("fr", "dans"),
        ("he", "של"), ("it", "che"), ("ja", "これ"), ("ko", "그리고"), ("pl", "jest"), ("pt", "não"), ("sk", "alebo"),
        ("sv", "och"), ("th", "ที่"), ("uk", "але"), ("zh", "的"),
    ],
)  # fmt: skip
def test_every_language_of_sumy_has_its_stop_words(language: str, word: str) -> None:
    assert word in stop_words(language)


def test_other_languages_have_no_stop_words() -> None:
    assert stop_words("und") == frozenset()
