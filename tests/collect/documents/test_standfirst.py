"""Descriptions beside an article's text."""

from __future__ import annotations

import pytest

from digest.collect.documents.standfirst import with_standfirst

_BODY = (
    "<p>When Ada Keel climbed down the ladder on Monday, the water in the basin stood two metres too low.</p>"
    "<p>She found cracks in the northern wall, and the council closed the harbour for all ferries.</p>"
    "<p>Repairs will take until spring, and nobody knows who will pay for them.</p>"
)


@pytest.mark.parametrize(
    "description",
    [
        "Cracks in a wall have closed the harbour: a report from a town without its ferries.",
        "Ein Riss, ein leeres Becken: Ada Keel found what closed the northern harbour wall.",
    ],
)
def test_a_whole_description_is_the_first_paragraph(description: str) -> None:
    assert with_standfirst(_BODY, description) == f"<p>{description}</p>{_BODY}"


@pytest.mark.parametrize(
    "description",
    [
        pytest.param("", id="none"),
        pytest.param("Cracks close harbour.", id="short"),
        pytest.param("Cracks in a wall have closed the harbour, which the council of the town …", id="cut off"),
        pytest.param("Cracks in a wall have closed the harbour, the council of the town", id="no stop"),
        pytest.param("When Ada Keel climbed down the ladder on Monday, the water in the basin stood low.",
                     id="nearly the beginning"),
        pytest.param(_BODY[3:99] + ".", id="the beginning"),
        pytest.param("She found cracks in the northern wall, and the town council closed the harbour for ferries.",
                     id="the text in other order"),
        pytest.param("News, sport and opinion every morning: your daily paper from the coast.", id="of the site"),
    ],
)  # fmt: skip
def test_other_descriptions_are_left_out(description: str) -> None:
    assert with_standfirst(_BODY, description) == _BODY


def test_markup_of_a_description_becomes_text() -> None:
    description = "<p>Cracks in a wall closed the harbour &amp; its <b>ferries</b>: a report.</p>"

    assert with_standfirst(_BODY, description).startswith(
        "<p>Cracks in a wall closed the harbour &amp; its ferries: a report.</p>"
    )
