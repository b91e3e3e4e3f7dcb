"""Words of a query in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.highlight import best_text, highlight
from digest.text.search_terms import parse_query


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        pytest.param("The Ferry stays in harbour.", "ferry harb", "The [Ferry] stays in [harbour].", id="words"),
        pytest.param("Die Fähre bleibt.", "fahre", "Die [Fähre] bleibt.", id="accents"),
        pytest.param("Jean-Luc reads.", "luc jean-luc", "[Jean]-[Luc] reads.", id="hyphens"),
        pytest.param("An art of the cart.", '"art"', "An [art] of the cart.", id="whole words"),
        pytest.param("東京都知事が京都へ。", "京都", "東[京都]知事が[京都]へ。", id="Japanese"),
        pytest.param("การเมืองไทย", "เมือง", "การ[เมือง]ไทย", id="Thai"),
        pytest.param("ſtraße ﬁne", "fine", "ſtraße [ﬁne]", id="ligatures"),
        pytest.param("Nothing.", "else", "Nothing.", id="no match"),
        pytest.param("Nothing.", "", "Nothing.", id="no query"),
    ],
)
def test_words_of_the_query_are_marked(text: str, query: str, marked: str) -> None:
    parts = highlight(text, parse_query(query))

    assert "".join(f"[{part}]" if is_match else part for part, is_match in parts) == marked


@given(st.text(), st.text())
def test_the_text_is_unchanged(text: str, query: str) -> None:
    assert "".join(part for part, _ in highlight(text, parse_query(query))) == text


def test_the_text_with_most_words_is_the_best() -> None:
    texts = ["A ferry.", "The ferry stays in harbour.", "The harbour and the ferry."]

    assert best_text(texts, parse_query('ferry "harbour"')) == texts[1]
    assert best_text(texts, parse_query("else")) == texts[0]
    assert best_text([], parse_query("else")) == ""
