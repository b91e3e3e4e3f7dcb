"""Classifying lines as body or boilerplate by form, context and repetition."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.boilerplate.lines import LineLabel, normalize
from digest.text.blocks import Block, blocks_from_text
from digest.text.html import blocks_from_html

_BODY = (
    "The council voted to close the bridge for a year.\n\n"
    "The office said on Monday that the piers are cracked in four places and can carry no trucks.\n\n"
    "A ferry will run every ten minutes, and it will cost as much as a bus.\n\n"
)


def _body(text: str, **options: str) -> list[str]:
    lines = lines_of(blocks_from_text(text))
    labels = classify_lines(lines, **options)
    return [line.text for line, label in zip(lines, labels, strict=True) if label is LineLabel.BODY]


def _label(text: str, line: str) -> LineLabel:
    """The label of one line of the text."""
    lines = lines_of(blocks_from_text(text))
    labels = classify_lines(lines)
    return labels[[parsed.text for parsed in lines].index(line)]


def test_body_is_complete() -> None:
    assert "\n\n".join(_body(_BODY)) == _BODY.strip()


def test_a_line_without_a_full_stop_between_paragraphs_is_incomplete() -> None:
    assert _label(_BODY + "Workers put up a barrier\n\nThey left.", "Workers put up a barrier") is LineLabel.INCOMPLETE


def test_a_lead_in_to_a_quotation_is_body() -> None:
    assert "The office told the council:" in _body(
        _BODY + "The office told the council:\n\n“We have no choice but this one.”"
    )


def test_the_title_is_not_body() -> None:
    assert _body("The bridge is “closed”.\n\n" + _BODY, title="The bridge is closed") == _body(_BODY)


def test_lines_in_a_cluster_with_a_credit_are_captions() -> None:
    text = _BODY + "A worker inspects the barrier.\nThe ferry starts soon. Source: Harbour Office\n\nThe end is near."

    assert _label(text, "A worker inspects the barrier.") is LineLabel.CAPTION
    assert "The end is near." in _body(text)


def test_without_blank_lines_a_credit_makes_no_cluster() -> None:
    text = _BODY.replace("\n\n", "\n") + "Photo: Harbour Office\nThe ferry starts on Friday.\nNobody objected."

    assert len(_body(text)) == 5


def test_of_two_copies_of_a_line_one_is_body() -> None:
    assert (
        _body(_BODY + "It rained all day long.\n\nThey left.\n\nIt rained all day long.").count(
            "It rained all day long."
        )
        == 1
    )


def test_a_copy_of_a_caption_is_not_body() -> None:
    line = "The ferry will carry two hundred people at a time"
    text = f"{_BODY}{line}. Credit: Harbour Office\n\nThey left.\n\n{line}."

    assert f"{line}." not in _body(text)


def test_a_pull_quote_is_dropped_and_its_paragraph_stays() -> None:
    quote = "the piers are cracked in four places and can carry no trucks."

    assert _body(f"{_BODY}{quote}\n\nThey left.") == [*_body(_BODY), "They left."]


def test_a_whole_sentence_beside_pictures_is_a_caption_if_it_repeats_the_body() -> None:
    caption = "A sign tells drivers that the piers are cracked in four places and can carry no trucks!"
    text = f"{_BODY}Workers put up a barrier at the northern end\n\n{caption}\n\nThey left."

    assert caption not in _body(text)


def test_key_points_above_the_body_are_dropped_and_a_list_within_it_stays() -> None:
    text = (
        "• The bridge is closed.\n• A ferry will run.\n\n"
        + _BODY
        + "• The first pier is from 1911.\n• The last is older.\n"
    )

    assert _body(text) == [*_body(_BODY), "The first pier is from 1911.", "The last is older."]


def test_a_text_of_list_items_alone_is_body() -> None:
    assert len(_body("• The bridge is closed.\n• A ferry will run.\n• It is free.")) == 3


def test_lines_that_address_the_reader_above_and_below_the_body_are_dropped() -> None:
    address = "You can send us your views on this story."

    assert _body(f"{address}\n\n{_BODY}") == _body(_BODY)
    assert _body(f"{_BODY}{address}") == _body(_BODY)


def test_a_call_to_action_within_the_body_is_dropped_but_a_guide_stays() -> None:
    call = "Stay up to date with notifications from us."
    guide = "Sign in to your account. Choose page {}.\n\n"

    assert call not in _body(f"{_BODY}{call}\n\n{_BODY.replace('the', 'that')}")
    assert len(_body(_BODY + "".join(guide.format(at) for at in range(5)) + "They left at noon.")) == 9


def test_an_agency_signature_makes_a_caption_except_in_the_last_line() -> None:
    assert "It is over, the office said. (dpa)" in _body(_BODY + "It is over, the office said. (dpa)")
    assert "The bridge in May. (AFP)" not in _body(f"The bridge in May. (AFP)\n\n{_BODY}")


def test_lines_that_address_the_reader_within_the_body_stay() -> None:
    address = "You can send us your views on this story."

    assert address in _body(f"{_BODY}{address}\n\n{_BODY.replace('the', 'that')}")


def test_a_text_without_full_stops_is_body() -> None:
    text = "สภาเมืองมีมติปิดสะพานเป็นเวลาหนึ่งปี\n\nเรือข้ามฟากจะให้บริการทุกสิบนาที"

    assert len(_body(text)) == 2


def test_learned_boilerplate_is_dropped() -> None:
    slogan = "The Example is a paper for harbours."
    lines = lines_of(blocks_from_text(_BODY + slogan))

    assert classify_lines(lines, learned=frozenset({normalize(slogan)}))[-1] is LineLabel.LEARNED


def test_a_long_paragraph_of_a_page_may_lack_its_full_stop_a_caption_may_not() -> None:
    long = "The office explained at some length that the piers had been weak for years " * 2
    blocks = blocks_from_html(f"<p>{_BODY}</p><p>{long}</p><p>Workers put up a barrier</p><p>They left.</p>")

    labels = classify_lines(lines_of(blocks), is_markup=True)

    assert labels[1:3] == (LineLabel.BODY, LineLabel.INCOMPLETE)


def test_links_and_headings_of_a_page_are_dropped() -> None:
    blocks = blocks_from_html(
        "<h2>More.</h2><ul><li><a>How it was built.</a></li></ul><p>They <a>left</a> early today.</p>"
    )

    assert classify_lines(lines_of(blocks)) == (LineLabel.HEADING, LineLabel.LINKS, LineLabel.BODY)


@given(st.lists(st.text(min_size=1), max_size=12), st.text())
def test_any_blocks_are_classified(texts: list[str], title: str) -> None:
    blocks = [Block(text=text) for text in texts]

    assert len(classify_lines(lines_of(blocks), title=title)) == len(blocks)


def test_ten_times_the_lines_take_about_ten_times_as_long() -> None:
    """No pass compares every line with every other."""

    def seconds(count: int) -> float:
        lines = [f"The {at}th pier of the bridge is as old as the town hall and twice as high." for at in range(count)]
        start = time.perf_counter()
        classify_lines(lines_of(Block(text=line) for line in lines))
        return time.perf_counter() - start

    assert seconds(5000) < 40 * max(seconds(500), 0.01)


@pytest.mark.parametrize(
    "line",
    [
        "Staff report | Posted: Jan. 22, 2026 at 4:05 p.m.",
        "Lesezeit: 3 Min.",
        "Temps de lecture : 2 min.",
        "By the desk · 14 March 2026, 07.00 GMT.",
    ],
)
def test_a_timestamp_above_the_body_is_dropped(line: str) -> None:
    assert line not in _body(f"{line}\n\n{_BODY}")


@pytest.mark.parametrize("line", ["It is 5.30 a.m. on Monday.", "Nobody knew what would happen on 3 May: it rained."])
def test_a_sentence_with_a_time_or_date_is_body(line: str) -> None:
    assert line in _body(f"{line}\n\n{_BODY}")


def test_an_embedded_post_is_dropped_and_the_text_around_it_stays() -> None:
    post = "Office\n@harbouroffice\nFollow\nThe ferry is here. It is yours.\n9:12 AM · Jan 21, 2026\n4.2K Views\n\n"
    last = "The office said that many people had come to look at it before it had even left."

    assert _body(f"{_BODY}{post}{last}") == [*_body(_BODY), last]


def test_a_line_that_addresses_the_reader_is_dropped_beside_a_call_to_action() -> None:
    notice = "Privacy notice: newsletters may hold advertisements, and we protect our website by a service of others."

    assert notice in _body(f"{_BODY}{notice}\n\nIt will rain on the first days of the new week, the office said.\n\n")
    assert notice not in _body(f"{_BODY}Sign up for our newsletter here\n\n{notice}\n\nIt will rain, the office said.")


def test_a_short_line_among_labels_is_dropped() -> None:
    line, above, below = "The player has stopped.", "Feedback\n\nMore topics\n\n", "Codes\n\nServices\n\n"

    assert line not in _body(f"{_BODY}{above}{line}\n\n{below}")
    assert line in _body(f"{_BODY}{line}\n\n{above}{below}")
