"""Headlines: titles that tell news, and titles that a mail's subject may have."""

from __future__ import annotations

import pytest

from digest.text.headlines import is_fit_for_subject, tells_news


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("Council votes for new tram line", "en", True),
        ("Will the council vote for the tram?", "en", False),
        ("READ: The council's letter on the tram", "en", False),
        ("Opinion: The tram is a mistake", "en", False),
        ("Live updates: Storm reaches the coast", "en", False),
        ("Here’s what the tram will cost", "en", False),
        ("Why the tram will cost more", "en", False),
        ("The tram law, explained", "en", False),
        ("10 rules for a better tram", "en", False),
        ("10 killed as tram derails", "en", True),
        ("28 March 2026", "en", False),
        ("Who resigned as mayor? The council knows", "en", True),
        ("WHO acknowledges airborne spread", "en", True),
        ("Stadtrat beschließt neue Tramlinie", "de", True),
        ("Kommentar: Die Tram ist ein Fehler", "de", False),
        ("Warum die Tram mehr kostet", "de", False),
        ("Pourquoi le tram coûtera plus", "fr", False),
        ("Opinión: el tranvía es un error", "es", False),
        ("¿Cuánto costará el tranvía?", "es", False),
        ("", "en", False),
    ],
)
def test_a_title_tells_news_or_not(title: str, language: str, expected: bool) -> None:
    assert tells_news(title, language) is expected


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("Council votes for new tram line", "en", True),
        ("What’s in a name?", "en", False),
        ("The Tram", "en", False),
        ("Jane Roe: The tram is far too slow", "en", False),
        ("Tram line 7: council votes for the bridge", "en", True),
        ("市议会通过新电车线路", "zh", True),
    ],
)
def test_a_title_is_fit_for_a_subject_or_not(title: str, language: str, expected: bool) -> None:
    assert is_fit_for_subject(title, language) is expected
