"""Classifying the lines of a document."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.boilerplate.lines import LineLabel, normalize
from digest.text.blocks import Block, blocks_from_text
from digest.text.html import blocks_from_html
from tests.support.boilerplate_lines import BODY, body_of


def test_body_is_complete() -> None:
    assert "\n\n".join(body_of(BODY)) == BODY.strip()


def test_the_title_is_not_body() -> None:
    assert body_of("The bridge is “closed”.\n\n" + BODY, title="The bridge is closed") == body_of(BODY)


def test_learned_boilerplate_is_dropped() -> None:
    slogan = "The Example is a paper for harbours."
    lines = lines_of(blocks_from_text(BODY + slogan))

    assert classify_lines(lines, learned=frozenset({normalize(slogan)}))[-1] is LineLabel.LEARNED


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


def test_a_heading_in_capitals_that_ends_in_a_question_or_an_ellipsis_is_no_body() -> None:
    headings = ["Who Will Ever Pay for the New Harbour Bridge?", "If Your Ferry Seems Too Late, Here’s Why . . ."]
    sentences = [
        "Who will ever pay for the new Harbour Bridge?",
        "Then Ann Berg left …",
        "Do They Know?",
        "Ann Berg: Hale? Yeah, Ole Lind …",
    ]

    assert not set(headings) & set(body_of(f"{BODY}{headings[0]}\n\nThey left.\n\n{headings[1]}\n\nIt rained."))
    assert set(sentences) <= set(body_of("\n\n".join([BODY, *sentences, "It rained."])))
