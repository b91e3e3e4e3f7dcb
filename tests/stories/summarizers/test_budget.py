"""Budget: the best sentences that fit, whole, none redundant."""

from __future__ import annotations

import pytest

from digest.model.protocols import Budget
from digest.stories.summarizers.budget import Draft, fill_budget, word_count
from tests.support.candidates import make_candidates


def test_a_sentence_too_long_for_the_word_budget_is_skipped_and_never_cut() -> None:
    candidates = make_candidates(["One two three four five six.", "Seven eight.", "Nine ten eleven."])

    selected = fill_budget(candidates, Budget(words=5), "en")

    assert [candidate.text for candidate in selected] == ["Seven eight.", "Nine ten eleven."]
    assert fill_budget(candidates, Budget(words=1), "en") == []


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [("one two  three", "en", 3), ("港口已经关闭", "zh", 3), ("", "en", 0)],
    ids=["spaced", "unspaced", "nothing"],
)
def test_two_characters_count_as_a_word_without_spaces(text: str, language: str, count: int) -> None:
    assert word_count(text, language) == count


def test_of_two_redundant_sentences_the_better_is_selected() -> None:
    candidates = make_candidates(
        [
            "The view was fine and the breakfast was very good.",
            "The view was lovely and the breakfast was very rich.",
            "The pool is closed until May.",
        ]
    )

    assert fill_budget(candidates, Budget(sentences=3), "en") == [candidates[0], candidates[2]]


def test_there_is_room_for_sentences_that_fit_together() -> None:
    candidates = make_candidates(["One two three.", "Four five.", "Six seven."])
    draft = Draft(Budget(words=6), "en")
    draft.add(candidates[1])

    assert draft.has_room_for(candidates[2:])
    assert not draft.has_room_for(candidates[::2])
