"""Anaphora: pronouns, connectives and phrases that refer to an earlier sentence."""

from __future__ import annotations

import pytest

from digest.stories.summarizers.anaphora import is_anaphoric


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("He added that work would begin in May.", "en", True),
        ("But the ministry disagreed.", "en", True),
        ("Meanwhile, ferries wait.", "en", True),
        ("US officials visited the dock.", "en", False),
        ("IT systems at the port failed.", "en", False),
        ("Er sagte nichts dazu.", "de", True),
        ("Cependant, le port reste fermé.", "fr", True),
        ("He added that.", "xx", False),
        ("“We could not wait,” the authority said.", "en", False),
        ("“We could not wait,” he said.", "en", True),
        ("As a result, the dock is closed.", "en", True),
        ("The man was taken to hospital.", "en", True),
        ("The companion of the mayor was hurt.", "en", False),
        ("The class's school has framed it.", "en", True),
        ("The port knew that it would have to close the dock for the whole of the winter.", "en", False),
    ],
    ids=[
        "pronoun",
        "connective",
        "adverb",
        "abbreviation like a pronoun",
        "abbreviation at the start",
        "German",
        "French",
        "language without a list",
        "quotation with its speaker",
        "quotation with a pronoun for its speaker",
        "phrase",
        "definite noun phrase",
        "longer word than the phrase",
        "pronoun in a short sentence",
        "pronoun in a long sentence",
    ],
)
def test_a_sentence_that_refers_back_is_anaphoric(text: str, language: str, expected: bool) -> None:
    assert is_anaphoric(text, language) is expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Weeks after that, the council closed the quay.", "en", True),
        ("Two years later, the ferry line was sold.", "en", True),
        ("A few minutes earlier, the pilot had left.", "en", True),
        ("Two weeks after the storm, the ferry sails again.", "en", False),
        ("Drei Tage später legte die Fähre wieder ab.", "de", True),
        ("Drei Tage nach dem Sturm legte die Fähre wieder ab.", "de", False),
        ("Trois jours plus tard, le ferry est reparti.", "fr", True),
        ("Tres días después, el ferry zarpó.", "es", True),
        ("Tres días después de la tormenta, el ferry zarpó.", "es", False),
        ("Capt. Ann Marlow did in 1987, though nobody noticed.", "en", True),
        ("Capt. Ann Marlow did the repairs.", "en", False),
        ("(No ship left the port that night.)", "en", True),
        ("(Lindau) No ship left the port that night.", "en", False),
        ("The first is to close the quay.", "en", True),
        ("The first ship left at noon.", "en", False),
    ],
)
def test_times_and_verbs_that_refer_to_the_sentence_before_are_anaphoric(
    text: str, language: str, expected: bool
) -> None:
    assert is_anaphoric(text, language) is expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("One objection: Ferries need pilots as well.", "en", True),
        ("The odd result: Nobody paid the fee.", "en", True),
        ("The Harbourmaster: No ship left the port.", "en", False),
        ("Ann Marlow: No ship left the port.", "en", False),
        ("Der Haken: Niemand zahlt die Gebühr.", "de", True),
        ("Lindau: Niemand zahlt die Gebühr.", "de", False),
        ("Le résultat : personne ne paie.", "fr", True),
        ("El resultado: nadie paga la tasa.", "es", True),
    ],
)
def test_a_comment_on_the_sentence_before_is_anaphoric(text: str, language: str, expected: bool) -> None:
    assert is_anaphoric(text, language) is expected
    assert not is_anaphoric(text, language, opens_article=True)
