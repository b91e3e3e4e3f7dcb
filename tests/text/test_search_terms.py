"""Tokens of texts and terms of queries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.text.search_terms import Term, indexed_tokens, parse_query, search_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        pytest.param("The Ferry stays", "the ferry stays", id="case"),
        pytest.param("Fähre Straße Øresund Łódź ΆΣ ёлка ı", "fahre strasse oresund lodz ασ елка i", id="accents"),
        pytest.param("Jean-Luc l’eau don't 3.5", "jean luc l eau don t 3 5", id="punctuation"),
        pytest.param("U.S. and U.N.", "us and un", id="abbreviations"),
        pytest.param("ﬁne ＡＢＣ", "fine abc", id="compatibility characters"),
        pytest.param("東京都知事", "東京 京都 都知 知事", id="Chinese and Japanese"),
        pytest.param("ที่นี่", "ที ี่ ่น นี ี่", id="Thai with its marks"),
        pytest.param("서울특별시", "서울특별시", id="Korean"),
        pytest.param("** -- \x00 \ud800 ()", "", id="nothing"),
    ],
)
def test_a_text_is_split_into_folded_words(text: str, tokens: str) -> None:
    assert " ".join(search_tokens(text)) == tokens


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        pytest.param("Ferry harb", [("ferry",), ("harb", "*")], id="the last word may go on"),
        pytest.param("ferry to", [("ferry",), ("to",)], id="a short one may not"),
        pytest.param('"island ferry"', [("island", "ferry")], id="a phrase"),
        pytest.param(
            "„Die Fähre“ «île de» 「東京」", [("die", "fahre"), ("ile", "de"), ("東京",)], id="other quotation marks"
        ),
        pytest.param('"not closed', [("not", "closed")], id="an open quotation"),
        pytest.param('say"hello"', [("say",), ("hello",)], id="a quotation amid a word"),
        pytest.param("Jean-Luc", [("jean", "luc", "*")], id="parts of a word follow each other"),
        pytest.param("京都 都", [("京都",), ("都", "*")], id="a character by itself begins pairs"),
        pytest.param("ferry ferry ferry", [("ferry",), ("ferry", "*")], id="twice"),
        pytest.param(
            'AND OR NOT NEAR( * ^ : " \x00', [("and",), ("or",), ("not",), ("near",)], id="operators are words"
        ),
        pytest.param("", [], id="empty"),
        pytest.param('"" * --', [], id="no words"),
    ],
)
def test_a_query_is_words_and_phrases(query: str, terms: list[tuple[str, ...]]) -> None:
    expected = [
        Term(tokens=term[:-1], is_prefix=True) if term[-1] == "*" else Term(tokens=term, is_prefix=False)
        for term in terms
    ]

    assert list(parse_query(query)) == expected


def test_a_long_query_is_cut() -> None:
    terms = parse_query("word " * 10_000 + "x" * 10_000)

    assert len(terms) <= 12
    assert sum(len(token) for term in terms for token in term.tokens) <= 200


@given(st.text())
def test_tokens_have_letters_digits_and_marks_only(text: str) -> None:
    tokens = [*search_tokens(text), *(token for term in parse_query(text) for token in term.tokens)]

    assert all(token and (token.isalnum() or not token.isascii()) for token in tokens)
    assert not any(character in token for token in tokens for character in "\"'\\ \x00:*()")


def test_each_character_of_a_run_begins_a_token() -> None:
    assert indexed_tokens(["東京都。大阪", "x"]) == ("東京", "京都", "大阪", "x", "都", "阪")
