"""Words of texts as numbers, and their terms."""

from __future__ import annotations

import pytest

from digest.stories.terms import Lexicon
from tests.support.values import article


def counts_of(title: str, *paragraphs: str, language: str = "en") -> dict[str, float]:
    lexicon = Lexicon(language)
    terms, counts = lexicon.term_counts(lexicon.text(article(title=title, paragraphs=paragraphs)))
    return dict(zip([lexicon.terms[term] for term in terms], counts.tolist(), strict=True))


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        pytest.param("", "", {}, id="no words"),
        pytest.param("The fire", "", {"fire": 2}, id="a word of the title counts twice, a stop word not"),
        pytest.param(
            "Fires", "The fire of 7 halls, a b", {"fire": 3, "7": 1, "hall": 1}, id="stems; single letters no"
        ),
        pytest.param("", " ".join(["word"] * 499 + ["final", "beyond"]), {"word": 499, "final": 1}, id="500 words"),
    ],
)
def test_terms_are_counted(title: str, body: str, expected: dict[str, float]) -> None:
    assert counts_of(title, body) == expected


def test_a_term_is_a_name_if_most_bodies_write_it_so() -> None:
    lexicon = Lexicon("en")
    bodies = ("Karvel saw the Mayor", "the mayor of Karvel", "a mayor in 2026")
    texts = [lexicon.text(article(title="Mayor Mayor", paragraphs=(body,))) for body in bodies]

    assert set(lexicon.names(texts)) == {"karvel", "2026"}


def test_words_are_numbered_in_order_of_occurrence() -> None:
    lexicon = Lexicon("en")
    text = lexicon.text(article(title="Fire at hall", paragraphs=("At the hall", "fire")))

    assert [lexicon.words[number] for number in text.title] == ["Fire", "at", "hall"]
    assert [lexicon.words[number] for number in text.body] == ["At", "the", "hall", "fire"]
