"""Author lines."""

from __future__ import annotations

import pytest

from digest.clean.authors import clean_author


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Ann Smith", "Ann Smith"),
        ("By Ann Smith", "Ann Smith"),
        ("BY ANN SMITH", "ANN SMITH"),
        ("Written by Ann Smith", "Ann Smith"),
        ("Analysis by Ann Smith, Example Editor-at-large", "Ann Smith"),
        ("Analysis Ann Smith", "Ann Smith"),
        ("Opinion: Ann Smith and Bob Roe", "Ann Smith and Bob Roe"),
        ("Opinion staff", "Opinion staff"),
        ("Ann Smith, staff writer", "Ann Smith"),
        ("By ANN SMITH, EP Sports Writer", "ANN SMITH"),
        ("Ann Smith | Harbour correspondent", "Ann Smith"),
        ("Ann Smith (Editor)", "Ann Smith"),
        ("Ann Smith, reporter, and Bob Roe, editor", "Ann Smith, and Bob Roe"),
        ("Ann Smith and Bob Roe", "Ann Smith and Bob Roe"),
        ("By ANN SMITH and BOB ROE, Example Press", "ANN SMITH and BOB ROE, Example Press"),
        ("Von Anna Schmidt", "Anna Schmidt"),
        ("Ada, Bob, Cy, Dee, Ed, Flo", "Ada and others"),
        ("Ada; Bob; Cy; Dee; Ed and Flo", "Ada and others"),
        ("Byron Bay", "Byron Bay"),
        ("von Trapp", "von Trapp"),
        ("Staff", "Staff"),
        ("Harbour Times staff", "Harbour Times staff"),
        ("PMX - Office of Ferries", "PMX - Office of Ferries"),
        ("Ann Smith-Reporter Jones", "Ann Smith-Reporter Jones"),
        ("By", "By"),
        ("", ""),
    ],
)
def test_an_author_line_keeps_its_names(author: str, expected: str) -> None:
    assert clean_author(author) == expected
    assert clean_author(expected) == expected


def test_other_authors_are_named_in_the_article_s_language() -> None:
    assert clean_author("Ada, Bob, Cy, Dee", "de") == "Ada und andere"
    assert clean_author("Ada, Bob, Cy, Dee", "fi") == "Ada and others"
