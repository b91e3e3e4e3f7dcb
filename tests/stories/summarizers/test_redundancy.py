"""Redundancy: sentences with the content or the wording of another one."""

from __future__ import annotations

from digest.stories.summarizers.redundancy import RedundancyFilter, content_set, has_same_content


def test_a_sentence_with_mostly_the_same_content_words_has_the_same_content() -> None:
    vote, paraphrase, closure = (
        content_set(text, "en")
        for text in (
            "The council will vote on the new bridge next Tuesday evening.",
            "Council votes on the new bridge on Tuesday evening",
            "The old bridge was closed in spring after a lorry hit it.",
        )
    )

    assert has_same_content(vote, paraphrase)
    assert not has_same_content(vote, closure)


def test_a_sentence_in_mostly_the_same_words_is_redundant() -> None:
    redundancy = RedundancyFilter("en")

    assert redundancy.add_unless_redundant("The view was fine and the breakfast was very good.")
    assert not redundancy.add_unless_redundant("The view was lovely and the breakfast was very rich.")
    assert redundancy.add_unless_redundant("The pool is closed until May.")
