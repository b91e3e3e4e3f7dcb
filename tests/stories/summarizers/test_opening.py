"""Openings: self-contained sentences, the ``lead`` summarizer, and the order of a brief."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.opening import is_self_contained, reading_order
from tests.support import values
from tests.support.candidates import make_candidates, select_texts


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("He added that work would begin in May.", "en", False),
        ("It will cost four million.", "en", False),
        ("But the ministry disagreed.", "en", False),
        ("Meanwhile, ferries wait.", "en", False),
        ("US officials visited the dock.", "en", True),
        ("IT systems at the port failed.", "en", True),
        ("The port (pictured) is closed.", "en", False),
        ("“We could not wait.”", "en", False),
        ("“We could not wait,” the authority said.", "en", True),
        ("The authority told reporters: “We could not wait.", "en", False),
        ("The authority told reporters: 'We could not wait.", "en", False),
        ("The port 's owners met on Monday .", "en", True),
        ("What the port needs", "en", False),
        ("The soldiers' families waited.", "en", True),
        ("The dock is closed.", "en", True),
        ("Er sagte nichts dazu.", "de", False),
        ("Der Hafen bleibt geschlossen.", "de", True),
        ("Cependant, le port reste fermé.", "fr", False),
        ("港口已经关闭。", "zh", True),
        ("He added that.", "xx", True),
        ("“We could not wait,” he said.", "en", False),
        ("“Wir konnten nicht warten“, sagte sie.", "de", False),
        ("« Nous ne pouvions pas attendre », a-t-elle dit.", "fr", False),
        ("As a result, the dock is closed.", "en", False),
        ("The pair were freed.", "en", False),
        ("The same day, ships returned.", "en", False),
        ("The twin docks are closed.", "en", True),
        ("The man was taken to hospital.", "en", False),
        ("The company expects a loss.", "en", False),
        ("The company's dock in Alwin is closed.", "en", False),
        ("The companion of the mayor was hurt.", "en", True),
        ("Again, ships had to wait.", "en", False),
        ("In another first, a woman leads the port.", "en", False),
        ("Yes, the dock is closed.", "en", False),
        ("No ship may leave.", "en", True),
        ("The class's school has framed it.", "en", False),
        ("The port knew that it would have to close the dock for the whole of the winter.", "en", True),
    ],
)
def test_a_sentence_without_its_neighbours_is_self_contained_or_not(text: str, language: str, expected: bool) -> None:
    assert is_self_contained(make_candidates(["Ships wait at sea for the dock.", text])[1], language) is expected


def test_lead_selects_the_first_self_contained_sentences() -> None:
    texts = ["It is closed.", "The dock is closed.", "Ships wait at sea."]

    assert select_texts("lead", texts, 2) == texts[1:]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("This release adds a second dock.", "en", True),
        ("I have sailed to the port for ten years.", "en", True),
        ("The company expects a loss.", "en", True),
        ("But the ministry disagreed.", "en", False),
        ("He added that work would begin in May.", "en", False),
        ("It's a long way to the port.", "en", False),
        ("Dieser Hafen hat zwei Becken.", "de", True),
        ("Er sagte nichts dazu.", "de", False),
    ],
)
def test_an_article_may_open_with_itself_its_author_or_the_subject_of_its_title(
    text: str, language: str, expected: bool
) -> None:
    assert is_self_contained(make_candidates([text])[0], language) is expected


def test_without_an_opening_the_article_quoted_from_nearest_its_beginning_opens_the_brief() -> None:
    herald = make_candidates(["Zero.", "One.", "Two."], values.article("herald"))
    courier = make_candidates(["Null.", "Eins."], values.article("courier"))

    assert reading_order([herald[1], herald[2], courier[0]]) == (courier[0], herald[1], herald[2])


def test_the_article_of_the_opening_comes_first() -> None:
    herald = make_candidates(["Zero.", "One.", "Two."], values.article("herald"))
    courier = make_candidates(["Null.", "Eins."], values.article("courier"))

    ordered = reading_order([herald[1], herald[2], courier[0]], opening=herald[1])

    assert ordered == (herald[1], herald[2], courier[0])
