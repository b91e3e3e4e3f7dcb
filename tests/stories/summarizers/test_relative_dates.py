"""Relative dates: days named by the day of writing."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.relative_dates import has_misleading_date, has_relative_date
from tests.support.candidates import make_candidates, select_texts


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
def test_a_later_sentence_with_a_relative_date_is_selected_only_if_no_other_is_left(name: str) -> None:
    texts = [
        "The harbour authority closed the northern dock today.",
        "Ships now wait at sea for up to nine hours.",
        "Divers looked at the cracked wall again yesterday.",
        "The council in Alwin will pay for all repairs.",
    ]

    assert select_texts(name, texts, 3) == [texts[0], texts[1], texts[3]]
    assert select_texts(name, texts[:1], 2) == texts[:1]


def test_a_relative_date_misleads_only_behind_an_article_s_first_two_sentences() -> None:
    candidates = make_candidates(["The dock closed today."] * 3)

    assert [has_misleading_date(candidate, "en") for candidate in candidates] == [False, False, True]
