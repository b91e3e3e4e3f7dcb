"""Author biographies. All examples were written for the tests."""

from __future__ import annotations

import pytest

from tests.support.boilerplate_lines import BODY, body_of

_BIOGRAPHY = "Ann Berg, who teaches history in Hale, is the author of three books. She has lived there since 1999."


@pytest.mark.parametrize("text", [f"{BODY}{_BIOGRAPHY}", f"{_BIOGRAPHY}\n\n{BODY}"], ids=["foot", "head"])
def test_a_line_about_the_articles_author_is_no_body(text: str) -> None:
    assert body_of(text, author="By Ann Berg and Ole Lind") == body_of(BODY)


@pytest.mark.parametrize(
    ("author", "line"),
    [
        pytest.param("S. E. Roe", "S.E. Roe chairs the harbour museum.", id="initials"),
        pytest.param("Ann Berg", "• Ann Berg schreibt über Brücken.", id="German"),
        pytest.param("", "Ole Lind is managing director of the Quay Group, a consultancy in Hale.", id="a new name"),
        pytest.param("", "Judge Ole B. Lind was the youngest judge of the county.", id="a new name with a title"),
    ],
)
def test_a_biography_at_the_foot_is_no_body(author: str, line: str) -> None:
    assert body_of(f"{BODY}{line}", author=author) == body_of(BODY)


@pytest.mark.parametrize(
    ("author", "line"),
    [
        pytest.param("Ann Berg", "Ole Lind has left the council.", id="somebody else"),
        pytest.param("", "Ole Lind is the third mayor to resign this year.", id="no post of an author"),
        pytest.param("", "“Ole Lind is the director who closed it,” the union said.", id="a quotation"),
    ],
)
def test_a_last_sentence_about_somebody_else_is_body(author: str, line: str) -> None:
    assert body_of(f"{BODY}{line}", author=author)[-1] == line


def test_a_person_of_the_article_has_no_biography() -> None:
    text = f"{BODY}Lind closed the bridge on Monday.\n\nOle Lind is director of the harbour office."

    assert body_of(text)[-1] == "Ole Lind is director of the harbour office."


def test_an_article_of_two_lines_loses_none() -> None:
    text = "Ann Berg has left the town.\n\nAnn Berg is said to be at sea."

    assert len(body_of(text, author="Ann Berg")) == 2
