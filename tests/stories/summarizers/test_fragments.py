"""Fragments: sentences that are incomplete even with the one before them."""

from __future__ import annotations

import pytest

from digest.model.protocols import Candidate
from digest.stories.summarizers.fragments import contains_quotation, is_fragment
from tests.support import values
from tests.support.candidates import make_candidates, select_texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Will the dock open?", True),
        ("“Will it?”", True),
        ("هل يفتح الميناء؟", True),
        ("“Will it?” she asked.", False),
        ("The port (pictured) is closed.", True),
        ("“We could not wait.”", True),
        ("The authority told reporters: “We could not wait.", True),
        ("The authority told reporters: 'We could not wait.", True),
        ("The envoy said in an address: '55,000 ships waited.", True),
        ("Flee, wait, or surrender' to the port.'", True),
        ("Nobody can wait any longer,” the authority said.", True),
        ("The soldiers' families waited.", False),
        ("Die Behörde nennt das „nicht haltbar“ und wartet.", False),
        ("What the port needs", True),
        ("In this June 3, 2026 file photo, ships wait at sea.", True),
        ("When Your Ferry Seems Too Late, Wait For Another . . .", True),
        ("Ann Marlow met Ben Hale in Lindau.", False),
    ],
    ids=[
        "question",
        "quoted question",
        "Arabic question",
        "quoted question with its speaker",
        "caption",
        "bare quotation",
        "open quotation",
        "open quotation in straight marks",
        "open quotation that begins with a number",
        "closed quotation in straight marks",
        "closed quotation",
        "apostrophe",
        "German quotation",
        "no stop",
        "file photo",
        "heading with a stop",
        "names",
    ],
)
def test_a_question_a_caption_and_a_part_of_a_quotation_are_fragments(text: str, expected: bool) -> None:
    assert is_fragment(make_candidates([text])[0]) is expected


def test_a_sentence_inside_a_quotation_is_a_fragment() -> None:
    paragraph = "“The wall is old. Cracks were found in spring. Nobody acted,” the authority said."
    article = values.article(paragraphs=(paragraph,))
    inside = Candidate(text="Cracks were found in spring.", article=article, position=1, paragraph=0)

    assert is_fragment(inside)


def test_a_sentence_with_a_quotation_contains_one() -> None:
    assert contains_quotation("“We could not wait,” the authority said.")
    assert not contains_quotation("The soldiers' families waited.")


def test_a_question_is_selected_only_if_nothing_else_is_left() -> None:
    texts = [
        "Will the northern dock ever open again for ferries?",
        "The northern dock stays closed until May.",
        "Ships wait.",
    ]

    assert texts[0] not in select_texts("default", texts, 2)
    assert select_texts("default", texts[:1], 1) == texts[:1]
