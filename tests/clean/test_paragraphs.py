"""Trimming of body paragraphs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.paragraphs import trim_paragraphs, without_truncated_sentence

_REST = "The brave people of the town agreed, as the council said. Unions were for it, and Germany was not."


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        pytest.param("BBRAVE people have agreed.", "BRAVE people have agreed.", id="doubled"),
        pytest.param("TThe council agreed.", "The council agreed.", id="doubled, small"),
        pytest.param("“TTHE people agreed.”", "“THE people agreed.”", id="doubled in quotes"),
        pytest.param("B RAVE people have agreed.", "BRAVE people have agreed.", id="separated"),
        pytest.param("G ermany agreed.", "Germany agreed.", id="separated, small"),
        pytest.param("MEMBERS ONLY J une agreed with it.", "June agreed with it.", id="separated behind a label"),
        pytest.param("VITAMIN LEVELS A brave man.", "VITAMIN LEVELS A brave man.", id="an article behind capitals"),
        pytest.param("AARON Street is closed.", "AARON Street is closed.", id="a name"),
        pytest.param("LLAMA farms are closed.", "LLAMA farms are closed.", id="a word"),
        pytest.param("BBVA is closed.", "BBVA is closed.", id="a bank"),
        pytest.param("A town is closed.", "A town is closed.", id="an article"),
        pytest.param("I agree with it.", "I agree with it.", id="a pronoun"),
        pytest.param("X marks the spot.", "X marks the spot.", id="a single letter"),
        pytest.param("EXAMPLETOWN, May 5 (Agency) - The council agreed.", "The council agreed.", id="dateline"),
        pytest.param("HARBOUR, Example (AP) — The council agreed.", "The council agreed.", id="dateline of AP"),
        pytest.param("Hafenstadt (dpa) - Der Rat hat zugestimmt.", "Der Rat hat zugestimmt.", id="dateline of dpa"),
        pytest.param("EXAMPLETOWN — The council agreed.", "The council agreed.", id="dateline by its form"),
        pytest.param("(Reuters) - The council agreed.", "The council agreed.", id="agency alone"),
        pytest.param("(CNN) The council agreed.", "The council agreed.", id="agency without a dash"),
        pytest.param("(CNN Business) The council agreed.", "The council agreed.", id="agency's desk"),
        pytest.param("Hale (CNN) Late debates ended.", "Late debates ended.", id="place and agency without a dash"),
        pytest.param("Hale, Norland (CNN Business) It is over.", "It is over.", id="place and desk without a dash"),
        pytest.param("(Hale, Norland) – The council agreed.", "The council agreed.", id="place in brackets"),
        pytest.param("(Port Hale, 5 May 2026) — It is over.", "It is over.", id="place and date in brackets"),
        pytest.param(
            "Cable News Network (CNN) Editor Ann Berg agreed.",
            "Cable News Network (CNN) Editor Ann Berg agreed.",
            id="an agency's own name",
        ),
        pytest.param("Ann Berg (AP) left.", "Ann Berg (AP) left.", id="a letter after brackets"),
        pytest.param("-- The council agreed.", "The council agreed.", id="two dashes"),
        pytest.param("– The council agreed.", "– The council agreed.", id="a dialogue's dash"),
        pytest.param("(There is no such council.)", "(There is no such council.)", id="an aside in brackets"),
        pytest.param("The council (all) – The Ten – agreed.", "The council (all) – The Ten – agreed.", id="dashes"),
        pytest.param("NATO – the alliance – agreed.", "NATO – the alliance – agreed.", id="an aside"),
    ],
)  # fmt: skip
def test_dateline_and_drop_capital_are_trimmed_from_the_first_paragraph(first: str, expected: str) -> None:
    assert trim_paragraphs((first, _REST), "A title")[0] == expected


def test_an_agencys_dateline_is_trimmed_below_a_summary_and_a_caption() -> None:
    paragraphs = (
        "The council agreed on Monday.",
        "It is the third vote.",
        "HARBOUR, Example (AP) — The council agreed.",
    )

    assert trim_paragraphs((*paragraphs, _REST), "A title")[2] == "The council agreed."


def test_capitals_before_a_dash_below_the_first_paragraph_are_its_text() -> None:
    assert trim_paragraphs((_REST, "PRICE — The tickets cost nine euros."), "A title")[1].startswith("PRICE")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("It rained. The council then […]", "It rained.", id="truncated"),
        pytest.param("It rained. The council then [...]", "It rained.", id="truncated, dots"),
        pytest.param("It rained. The council then… Read more", "It rained.", id="truncated, with a link"),
        pytest.param("The council then […]", "The council then […]", id="no whole sentence"),
        pytest.param("And then it rained…", "And then it rained…", id="the author's ellipsis"),
    ],
)
def test_a_truncated_sentence_is_dropped(line: str, expected: str) -> None:
    assert without_truncated_sentence(line) == expected


def test_an_agency_signature_is_trimmed_from_the_last_paragraph() -> None:
    assert trim_paragraphs((_REST, "It rained. They left. (dpa)"), "")[-1] == "It rained. They left."


@given(st.lists(st.text(max_size=80).map(str.strip).filter(bool), max_size=6), st.text())
def test_trimming_twice_equals_trimming_once_and_adds_nothing(paragraphs: list[str], title: str) -> None:
    once = trim_paragraphs(paragraphs, title)

    assert trim_paragraphs(once, title) == once
    assert sum(map(len, once)) <= sum(map(len, paragraphs))
