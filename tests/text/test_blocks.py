"""Plain text to blocks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.blocks import blocks_from_text


def test_a_blank_line_separates_blocks() -> None:
    blocks = blocks_from_text("One.\nTwo.\n\n\nThree.\n")

    assert [(block.text, block.follows_directly) for block in blocks] == [
        ("One.", False),
        ("Two.", True),
        ("Three.", False),
    ]


def test_bullets_and_numbers_are_items() -> None:
    blocks = blocks_from_text("  • One\n- Two\n* Three\n1. Four\n2) Five\n\n10 ships came.\n\n-5 degrees")

    assert [(block.text, block.kind) for block in blocks] == [
        ("One", "item"), ("Two", "item"), ("Three", "item"), ("Four", "item"), ("Five", "item"),
        ("10 ships came.", "prose"), ("-5 degrees", "prose"),
    ]  # fmt: skip


def test_horizontal_rules_are_no_blocks() -> None:
    assert [block.text for block in blocks_from_text("One.\n\n* * *\n\n-----\n\nTwo.")] == ["One.", "Two."]


def test_paragraphs_wrapped_at_a_column_are_unwrapped() -> None:
    wrapped = (
        "The council voted on Monday to close the old bridge for a\n"
        "year while its piers are repaired, which will cost the\n"
        "town more than it has.\n\n"
        "Ferries will run every ten minutes until the bridge opens\n"
        "again, the harbour office said, and the fare will be the\n"
        "same as that of a bus.\n"
    )

    texts = [block.text for block in blocks_from_text(wrapped)]

    assert len(texts) == 2
    assert texts[0].endswith("which will cost the town more than it has.")


def test_short_consecutive_lines_are_not_unwrapped() -> None:
    assert len(blocks_from_text("A caption of a picture\nCredit: Harbour\nAnother one\n\nBody text is here.")) == 4


@given(st.text())
def test_no_block_is_empty_or_has_a_line_break(text: str) -> None:
    assert all(block.text.strip() and "\n" not in block.text for block in blocks_from_text(text))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("T\nhe wheel came over the pass.", "The wheel came over the pass."),
        ("T\n\nhe wheel came over the pass.", "The wheel came over the pass."),
        ("A\nvillage lies there.", "A village lies there."),
        ("A\nfter the rain.\n\nAll left after a day.", "After the rain."),
        ("T\nThe wheel came.", "T"),
        ("T", "T"),
    ],
    ids=["above", "apart", "a word itself", "a word that stands elsewhere", "none", "alone"],
)
def test_a_drop_capital_on_a_line_of_its_own_joins_its_word(text: str, first: str) -> None:
    assert blocks_from_text(text)[0].text == first
