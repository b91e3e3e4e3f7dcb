"""Introductions: names that stand bare only after the brief gave them in full."""

from __future__ import annotations

import pytest

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.default import default
from digest.stories.summarizers.introductions import Introductions
from tests.support import values
from tests.support.candidates import make_candidates


def _second(first: str, second: str) -> Candidate:
    return make_candidates([first, second])[1]


@pytest.mark.parametrize(
    ("first", "second", "language", "expected"),
    [
        ("The lawyer Richard Komer spoke.", "Komer claimed that the court erred.", "en", True),
        ("The lawyer Richard Komer spoke.", "The court heard Komer’s claim.", "en", True),
        ("The lawyer Richard Komer spoke.", "Mr. Komer claimed that the court erred.", "en", True),
        ("The lawyer Richard Komer spoke.", "Lawyer Richard Komer claimed it.", "en", False),
        ("The lawyer Komer spoke.", "Komer claimed that the court erred.", "en", False),
        ("The court spoke in August. The lawyers left.", "The lawyers left.", "en", False),
        ("It closed late Monday.", "On Monday it rained.", "en", False),
        ("Das sagte Ministerin Anna Beispiel.", "Beispiel will das Gesetz ändern.", "de", True),
        ("Es kostet 5 Millionen Euro.", "Der Euro fiel.", "de", False),
        ("La ministre Anne Exemple a parlé.", "Mme Exemple veut changer la loi.", "fr", True),
        ("Habló la ministra Ana Ejemplo.", "Ejemplo quiere cambiar la ley.", "es", True),
    ],
    ids=[
        "surname", "possessive", "courtesy title", "in full again", "never in full", "no name", "weekday",
        "German", "German unit", "French", "Spanish",
    ],
)  # fmt: skip
def test_a_name_given_in_full_earlier_needs_an_introduction(
    first: str, second: str, language: str, expected: bool
) -> None:
    assert Introductions(language, "").has_unintroduced_name(_second(first, second)) is expected


def test_the_title_and_the_brief_introduce_names() -> None:
    candidate = _second("The lawyer Richard Komer spoke.", "Komer claimed that the court erred.")
    introductions = Introductions("en", "")
    introductions.add("The lawyer Richard Komer spoke.")

    assert not introductions.has_unintroduced_name(candidate)
    assert not Introductions("en", "Komer speaks in court").has_unintroduced_name(candidate)


def test_a_brief_has_a_bare_name_only_behind_its_introduction() -> None:
    texts = [
        "The court in Alwin heard the case about the school fund.",
        "The lawyer Richard Komer spoke for the school fund in court.",
        "Komer claimed that the court in Alwin erred about the school fund.",
    ]
    candidates = make_candidates(texts, values.article(title="Court hears school case", paragraphs=tuple(texts)))

    for count in (1, 2, 3):
        selected = default(candidates, Budget(sentences=count), language="en")
        assert candidates[2] not in selected or candidates[1] in selected
