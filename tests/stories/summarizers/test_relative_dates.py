"""Relative dates: days named by the day of writing."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.relative_dates import has_relative_date
from tests.support.candidates import select_texts


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("The dock closes today.", "en", True),
        ("The dock closes in March.", "en", False),
        ("Der Hafen wurde gestern geschlossen.", "de", True),
        ("Le port ferme aujourd’hui.", "fr", True),
        ("El puerto cerró ayer.", "es", True),
        ("Порт закрыли вчера.", "ru", True),
        ("The dock closes today.", "xx", False),
    ],
    ids=["en", "en dated", "de", "fr", "es", "ru", "unknown"],
)
def test_a_day_relative_to_the_day_of_writing_is_a_relative_date(text: str, language: str, expected: bool) -> None:
    assert has_relative_date(text, language) is expected


@pytest.mark.parametrize("name", ["default", "lead"])
def test_a_sentence_with_a_relative_date_is_selected_only_if_no_other_is_left(name: str) -> None:
    texts = ["The dock closed yesterday after a storm.", "The dock will stay closed until May.", "Ships wait at sea."]

    assert select_texts(name, texts, 2) == texts[1:]
    assert select_texts(name, texts[:1], 2) == texts[:1]
