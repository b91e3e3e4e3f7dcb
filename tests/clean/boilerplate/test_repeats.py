"""Copies, repeated captions and pull quotes."""

from __future__ import annotations

from tests.support.boilerplate_lines import BODY, body_of


def test_of_two_copies_of_a_line_one_is_body() -> None:
    line = "It rained all day long."

    assert body_of(f"{BODY}{line}\n\nThey left.\n\n{line}").count(line) == 1


def test_of_two_copies_of_a_quotation_the_last_is_body() -> None:
    quote = "“The ferry will not do for a whole year, whatever it costs,” says the mayor of the town."
    text = f"{quote}\n\n{BODY}{quote}\n\nThey left."

    assert body_of(text) == [*body_of(BODY), quote, "They left."]


def test_copies_one_below_the_other_are_a_caption_and_its_alternative_text() -> None:
    line = "Workers put up a barrier at the closed bridge on Monday."

    assert body_of(f"{BODY}{line}\n\n{line}\n\nThey left.") == [*body_of(BODY), "They left."]


def test_a_first_paragraph_stays_though_a_copy_is_below_it() -> None:
    first = "The council closed the bridge on Monday, and nobody knows for how long."

    assert body_of(f"{first}\n\n{first}\n\n{BODY}") == [first, *body_of(BODY)]


def test_copies_that_are_about_something_else_are_boxes_of_the_site() -> None:
    box = "Columns and essays, thoughtful reviews, crosswords, recipes and puzzles for quiet evenings."

    assert body_of(f"{BODY}{box}\n\nThey left.\n\n{box}\n\nIt rained.") == [*body_of(BODY), "They left.", "It rained."]


def test_a_copy_of_a_caption_is_not_body() -> None:
    line = "The ferry will carry two hundred people at a time"
    text = f"{BODY}{line}. Credit: Harbour Office\n\nThey left.\n\n{line}."

    assert f"{line}." not in body_of(text)


def test_a_pull_quote_is_dropped_and_its_paragraph_stays() -> None:
    quote = "the piers are cracked in four places and can carry no trucks."

    assert body_of(f"{BODY}{quote}\n\nThey left.") == [*body_of(BODY), "They left."]


def test_a_whole_sentence_beside_pictures_is_a_caption_if_it_repeats_the_body() -> None:
    caption = "A sign tells drivers that the piers are cracked in four places and can carry no trucks!"
    text = f"{BODY}Workers put up a barrier at the northern end\n\n{caption}\n\nThey left."

    assert caption not in body_of(text)
