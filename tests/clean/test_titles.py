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
        ("Town v City: a bridge too far", "Town v City: a bridge too far"),
        ("Anti-noise law – a first", "Anti-noise law – a first"),
        ("2026–27 budget passes", "2026–27 budget passes"),
        ("Live – News", "Live – News"),
        ("", ""),
    ],
)
def test_the_outlet_s_name_is_removed_from_the_title(title: str, expected: str) -> None:
    assert without_outlet(title, "Outlet", "outlet.example") == expected


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
