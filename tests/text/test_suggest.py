"""Suggestions for misspelled names."""

from __future__ import annotations

import pytest

from digest.text.suggest import nearest


@pytest.mark.parametrize(("word", "expected"), [("sumarizer", "summarizer"), ("TITLE", "title"), ("xyz", ""), ("", "")])
def test_the_most_similar_name_is_suggested(word: str, expected: str) -> None:
    assert nearest(word, ["title", "summarizer", "stories"]) == expected


def test_without_candidates_there_is_no_suggestion() -> None:
    assert nearest("title", []) == ""
