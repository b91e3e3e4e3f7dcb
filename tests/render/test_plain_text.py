"""Tidy, clip and fold plain text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render import RenderOptions, render
from digest.render.plain_text import clip, columns, fold, tidy
from tests.support.digests import digest


@given(st.text())
def test_tidy_text_is_one_line_and_can_be_encoded(text: str) -> None:
    tidied = tidy(text)

    tidied.encode()
    assert not any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in tidied)
    assert tidy(tidied) == tidied


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=400))
def test_folding_keeps_every_word(text: str) -> None:
    folded = fold(text)

    assert "".join(folded.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("line", "folded"),
    [
        pytest.param("one two three", "one two\nthree\n", id="at a space"),
        pytest.param("  one more three", "  one\n  more\n  three\n", id="with its indent"),
        pytest.param("- one two three", "- one\n  two\n  three\n", id="a list item"),
        pytest.param(
            "https://news.example/a-long-one x", "https://news.example/a-long-one\nx\n", id="not within a URL"
        ),
        pytest.param(
            "港の水門が開いた。", "港の水門が\n開いた。\n", id="after a wide character, but not before punctuation"
        ),
        pytest.param("a\n\n\n\nb", "a\n\nb\n", id="no two empty lines"),
        pytest.param("", "\n", id="empty"),
    ],
)
def test_lines_are_folded(line: str, folded: str) -> None:
    assert fold(line, 10 if "港" in line else 9) == folded


def test_only_urls_make_lines_of_the_text_part_longer_than_72_columns() -> None:
    text = render(digest(stories=12), RenderOptions()).text

    assert all(columns(line) <= 72 or line.strip().startswith("https://") for line in text.splitlines())


@pytest.mark.parametrize(
    ("text", "length", "clipped"),
    [
        pytest.param("fog lifts", 9, "fog lifts", id="short enough"),
        pytest.param("fog lifts early", 12, "fog lifts…", id="at a word"),
        pytest.param("fog, lifts", 6, "fog…", id="no comma before the ellipsis"),
        pytest.param("x" * 20, 5, "xxxx…", id="a single word"),
        pytest.param("e\u0301" * 10, 6, "e\u0301e\u0301…", id="accents stay with their letter"),
    ],
)
def test_clipped_text_ends_with_a_word_and_an_ellipsis(text: str, length: int, clipped: str) -> None:
    assert clip(text, length) == clipped
