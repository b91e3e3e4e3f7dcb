"""Headlines of untitled texts, and outlets' names in titles."""

from __future__ import annotations

import pytest

from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.titles import find_headline, without_outlet
from digest.text.blocks import blocks_from_text


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Harbour town closes its bridge – The Daily Example", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge - Example News", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge | Example", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge | harbour.example.org", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge - Beispiel-Zeitung", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge - Outlet", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge · Example Times | Outlet", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge – for a year", "Harbour town closes its bridge – for a year"),
        ("The bridge is closed – what now?", "The bridge is closed – what now?"),
        ("The bridge is closed – for now.", "The bridge is closed – for now."),
        ("Town v City: a bridge too far", "Town v City: a bridge too far"),
        ("Anti-noise law – a first", "Anti-noise law – a first"),
        ("2026–27 budget passes", "2026–27 budget passes"),
        ("Live – News", "Live – News"),
        ("Mooring in logarithmic time. (arXiv:2611.01234v1 [cs.CL])", "Mooring in logarithmic time"),
        ("Mooring in logarithmic time. (arXiv:cs/0611012v2 [cs.CL, math.CO] UPDATED)", "Mooring in logarithmic time"),
        ("", ""),
    ],
)
@pytest.mark.parametrize(
    ("source", "domain"), [("", "outlet.example"), ("outlet.example", "outlet.example"), ("Outlet", "")]
)
def test_a_name_at_the_end_of_a_title_is_removed_if_the_outlet_may_have_it(
    title: str, expected: str, source: str, domain: str
) -> None:
    assert without_outlet(title, source, domain) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Harbour town closes its bridge – The Outlet", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge | Outlet News", "Harbour town closes its bridge"),
        (
            "Harbour town closes its bridge | Outlet News – World",
            "Harbour town closes its bridge | Outlet News – World",
        ),
        ("Harbour town closes its bridge - Site Name", "Harbour town closes its bridge"),
        ("The bridge is closed — and it rains - Site Name", "The bridge is closed — and it rains"),
        ("Harbour town closes its bridge - Outlet News - World", "Harbour town closes its bridge"),
        ("Harbour town closes its bridge | www.site-name.org", "Harbour town closes its bridge"),
        *(
            (title, title)
            for title in (
                "Release 2.3 | Quay Cloud",
                "Interview – Sun Ra",
                "Episode 59 - Star Wars",
                "Town FC - City FC",
                "New release – ASP.NET 9",
                "Comparing databases | PostgreSQL",
                "Book of the week – Modern Times",
                "A walk – World of Tomorrow",
                "What we read - Out of Africa",
            )
        ),
    ],
)
def test_if_the_name_of_the_outlet_is_known_nothing_else_is_removed(title: str, expected: str) -> None:
    assert without_outlet(title, "Outlet News: World", "site-name.example") == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("Bridge closed\n\nThe bridge is closed. It rained.", "Bridge closed", id="first line"),
        pytest.param("Sign up for our newsletter\n\nBridge closed\n\nIt is.", "Bridge closed", id="after boilerplate"),
        pytest.param("Photo: Harbour Office\n\nBridge closed\n\nIt is.", "Bridge closed", id="after a credit"),
        pytest.param("Is the bridge closed?\n\nIt is. It rained.", "Is the bridge closed?", id="a question"),
        pytest.param("The bridge is closed. It rained.\n\nThey left.", None, id="a sentence"),
        pytest.param("Bridge closed\nThe bridge is closed. It rained.", None, id="no blank line"),
        pytest.param("• Bridge closed\n\nThe bridge is closed.", None, id="an item"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_headline_of_an_untitled_text(text: str, line: str | None) -> None:
    lines = lines_of(blocks_from_text(text))

    at = find_headline(lines, classify_lines(lines))

    assert (None if at is None else lines[at].text) == line
