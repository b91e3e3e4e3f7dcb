"""Sentences of blog posts that briefs may use."""

from __future__ import annotations

from digest.model.stories import Story
from digest.stories.summarize import candidates
from tests.support import values


def test_the_first_sentence_after_a_greeting_may_open_a_brief() -> None:
    article = values.article(paragraphs=("Hi friends!", "These are fixes for the pump room.", "Sail with care."))

    offered = candidates(Story(articles=(article,)))

    assert [(sentence.position, sentence.text) for sentence in offered] == [
        (0, "These are fixes for the pump room."),
        (1, "Sail with care."),
    ]
