"""Signs of an opinion in a source's labels."""

from __future__ import annotations

import pytest

from digest.text.opinion import has_opinion_signs

NEUTRAL = {"url": "https://news.example/a", "title": "The tram", "source": "Herald", "author": "Jane Roe"}


@pytest.mark.parametrize(
    "section",
    [
        *("Opinion", "OPINIONS", "Op-Ed", "op-eds", "Commentary", "Comment is free", "Editorials", "Columnists"),
        *("Guest Essay", "Letters to the editor", "Viewpoint", "News/Opinion", "Opinion > Letters"),
        *("Opinion & Analysis", "Kommentar", "Kommentare", "Gastbeitrag", "Meinung", "Tribunes", "Opinión", "Ledare"),
    ],
)
def test_a_section_of_opinions_says_it_whole(section: str) -> None:
    assert has_opinion_signs(**NEUTRAL, sections=["City", section])


@pytest.mark.parametrize(
    "section",
    [
        *("Opinion polls", "Public opinion", "Court opinions", "Columns and capitals", "Letters of credit", "Analysis"),
        *("Comment moderation", "Meinungsforschung", "Kommentarfunktion", "Tribune Tower", "Opinion Research/Polls"),
    ],
)
def test_a_section_about_opinions_is_none(section: str) -> None:
    assert not has_opinion_signs(**NEUTRAL, sections=[section])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Commentary", True),
        ("ANALYSIS/OPINION:", True),
        ("OPINION | EDITORIAL", True),
        ("Kommentar", True),
        ("OPINION: The tram is a mistake.", True),
        ("Gastbeitrag: Die Tram kommt zu spät.", True),
        ("Comment", False),
        ("Columns: each row has one more.", False),
        ("Opinion polls", False),
        ("Opinion is divided: some want the tram.", False),
        ("Kommentare", False),
        ("News", False),
    ],
)
def test_a_line_of_the_text_labels_it(line: str, expected: bool) -> None:
    assert has_opinion_signs(**NEUTRAL, first_lines=["By Jane Roe", line]) is expected


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Opinion Jane Roe", True),
        ("Opinion by Jane Roe", True),
        ("Jane Roe, opinion contributor", True),
        ("Jane Roe, guest columnist", True),
        ("Jane Roe, opinion editor", False),
        ("Jane Roe, staff writer", False),
    ],
)
def test_a_role_of_the_author_labels_the_text(author: str, expected: bool) -> None:
    assert has_opinion_signs(**NEUTRAL | {"author": author}) is expected
