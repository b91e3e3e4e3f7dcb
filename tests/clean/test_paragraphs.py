"""What is trimmed off body paragraphs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.paragraphs import trim_paragraphs, without_truncated_sentence

_REST = "The brave people of the town agreed, as the council said. Unions were for it, and Germany was not."


@pytest.mark.parametrize(
    ("first", "left"),
    [
        pytest.param("BBRAVE people have agreed.", "BRAVE people have agreed.", id="doubled"),
        pytest.param("TThe council agreed.", "The council agreed.", id="doubled, small"),
        pytest.param("“TTHE people agreed.”", "“THE people agreed.”", id="doubled in quotes"),
        pytest.param("B RAVE people have agreed.", "BRAVE people have agreed.", id="parted"),
        pytest.param("G ermany agreed.", "Germany agreed.", id="parted, small"),
        pytest.param("AARON Street is closed.", "AARON Street is closed.", id="a name"),
        pytest.param("LLAMA farms are closed.", "LLAMA farms are closed.", id="a word"),
        pytest.param("BBVA is closed.", "BBVA is closed.", id="a bank"),
        pytest.param("A town is closed.", "A town is closed.", id="an article"),
        pytest.param("I agree with it.", "I agree with it.", id="a pronoun"),
        pytest.param("X marks the spot.", "X marks the spot.", id="a letter"),
        pytest.param("EXAMPLETOWN, May 5 (Agency) - The council agreed.", "The council agreed.", id="dateline"),
        pytest.param("HARBOUR, Example (AP) — The council agreed.", "The council agreed.", id="dateline of AP"),
        pytest.param("Hafenstadt (dpa) - Der Rat hat zugestimmt.", "Der Rat hat zugestimmt.", id="dateline of dpa"),
        pytest.param("EXAMPLETOWN — The council agreed.", "The council agreed.", id="dateline by its form"),
        pytest.param("The council (all) – The Ten – agreed.", "The council (all) – The Ten – agreed.", id="none"),
        pytest.param("NATO – the alliance – agreed.", "NATO – the alliance – agreed.", id="an aside"),
    ],
)  # fmt: skip
def test_the_first_paragraph(first: str, left: str) -> None:
    assert trim_paragraphs((first, _REST), "A title")[0] == left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        pytest.param("It rained. The council then […]", "It rained.", id="cut short"),
        pytest.param("It rained. The council then [...]", "It rained.", id="cut short, dots"),
        pytest.param("It rained. The council then… Read more", "It rained.", id="cut short, with a link"),
        pytest.param("The council then […]", "The council then […]", id="nothing else is there"),
        pytest.param("And then it rained…", "And then it rained…", id="an ending"),
    ],
)
def test_a_sentence_that_was_cut_short_is_dropped(line: str, left: str) -> None:
    assert without_truncated_sentence(line) == left


def test_an_agency_that_signs_the_last_paragraph_is_dropped() -> None:
    assert trim_paragraphs((_REST, "It rained. They left. (dpa)"), "")[-1] == "It rained. They left."


@given(st.lists(st.text(max_size=80).map(str.strip).filter(bool), max_size=6), st.text())
def test_trimming_is_done_at_once_and_adds_nothing(paragraphs: list[str], title: str) -> None:
    once = trim_paragraphs(paragraphs, title)

    assert trim_paragraphs(once, title) == once
    assert sum(map(len, once)) <= sum(map(len, paragraphs))
