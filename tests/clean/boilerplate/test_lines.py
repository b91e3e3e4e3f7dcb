"""Features of a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate.calls_to_action import addresses_reader, is_call_to_action
from digest.clean.boilerplate.credits import is_caption, is_credit
from digest.clean.boilerplate.lines import ends_sentence, normalize, without_agency
from tests.support.boilerplate_lines import line_of


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("It rained.", True), ("It rained.”", True), ("It rained.)", True), ("Really?'", True), ("雨です。", True),
        ("आया।", True), ("هل عاد؟", True), ("It rained.[1]", True), ("It rained. *", True), ("It rained", False),
        ("It rained:", False), ("The U.S", False), ("", False), ("Rain, wind and", False), ("It rained…", True),
    ],
)  # fmt: skip
def test_a_sentence_ends_in_a_stop_and_closing_marks(line: str, expected: bool) -> None:
    assert ends_sentence(line) is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The ferry is late.[4]", True),
        ("The ferry is late.12", True),
        ("The ferry is late.”", True),
        ("Obituaries for the week of Feb. 9", False),
        ("Captain 8.41", False),
    ],
)
def test_a_number_after_a_stop_is_a_footnote_only_where_it_touches_a_word(line: str, expected: bool) -> None:
    assert ends_sentence(line) is expected


def test_word_count_estimates_words_in_scripts_without_spaces() -> None:
    assert [line_of(text).word_count for text in ("It rained all day.", "市议会决定将大桥关闭一年", "")] == [4, 5, 0]


def test_copies_of_a_line_are_equal_once_normalized() -> None:
    assert normalize("The “Bridge” is closed!") == normalize("the bridge is CLOSED")


def test_a_line_that_ends_in_a_colon_is_a_lead_in() -> None:
    assert line_of("The ministry said:").is_lead_in
    assert not line_of("The ministry said.").is_lead_in


@pytest.mark.parametrize(
    ("line", "expected"),
    [("It is over, he said. (dpa)", "It is over, he said."), ("It is over. (AFP)", "It is over."),
     ("It is over (for now).", "It is over (for now)."), ("It is over. (He left.)", "It is over. (He left.)")],
)  # fmt: skip
def test_an_agency_signature_is_removed(line: str, expected: str) -> None:
    assert without_agency(line) == expected


@given(st.text())
def test_any_line_can_be_classified(text: str) -> None:
    line = line_of(text)
    decisions = {check(line) for check in (is_credit, is_caption, is_call_to_action, addresses_reader)}

    assert {*decisions, line.ends_sentence} <= {True, False}
