"""Second mentions: opening nouns that the article explained before."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.redundancy import content_set
from digest.stories.summarizers.second_mentions import second_mentions
from tests.support.candidates import make_candidates


@pytest.mark.parametrize(
    ("language", "first", "second", "expected"),
    [
        ("en", "Two cranes fell on the northern quay.", "The cranes had been tested in May.", {"crane"}),
        ("en", "Two cranes fell on the northern quay.", "The rusty cranes had been tested in May.", {"crane"}),
        ("en", "Two cranes fell on the northern quay.", "The owner had tested them in May.", set()),
        ("en", "The Senate heard the owner of the quay.", "The Senate will vote in May.", set()),
        ("en", "Two cranes fell on the northern quay.", "Cranes had been tested in May.", set()),
        ("de", "Zwei Kräne stürzten auf den Kai.", "Die Kräne waren im Mai geprüft worden.", {"kran"}),
        ("fr", "Deux grues sont tombées sur le quai.", "Les grues avaient été contrôlées en mai.", {"gru"}),
        ("xx", "Two cranes fell.", "The cranes had been tested.", set()),
    ],
)
def test_a_definite_noun_that_the_article_used_before_is_a_second_mention(
    language: str, first: str, second: str, expected: set[str]
) -> None:
    candidates = make_candidates([first, second])
    contents = [content_set(candidate.text, language) for candidate in candidates]

    assert second_mentions(candidates, contents, language) == ({1: expected} if expected else {})
