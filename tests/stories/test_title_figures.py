"""Reports under titles with the same figure of the same subject are one story."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from digest.model.articles import Article
from digest.stories.group import group
from digest.stories.title_figures import join_by_title_figures
from digest.stories.vectors import Neighbours
from tests.stories.test_group import REPAIRS, article, ids

AGENCY = article(
    "agency",
    "Coast counts 2.1 million overnight stays",
    "Hotels on the coast were emptier in May than a year before, the tourism ministry said. Hotel owners in Portmere "
    "asked for loans and fear for the summer, because ferries run half empty and fuel is dear. Economist Ada Field "
    "expects that half of the hotel owners will close in winter.",
)
PAPER = article(
    "paper",
    "Overnight stays fall to 2.1 million in May",
    "Campsites and hotels counted fewer guests in May. The ministry blames rain. Campsites on the lakes did better, "
    "said their association, thanks to families with caravans, and new campsites open in the hills next year.",
    hours=3,
)
OTHERS = [
    article("comet", "Comet seen before dawn", "Astronomers at the valley observatory photographed a bright comet."),
    article("bridge", "Harbour bridge reopens after repairs", REPAIRS),
    article(
        "owners",
        "Portmere hotel owners block the ferry pier",
        "Hotel owners in Portmere blocked the pier on Tuesday and held up the morning boats. Fuel is dear, their "
        "speaker said, and the bank has turned them away. Police led eleven people off after an hour of talks.",
    ),
    article(
        "caravans",
        "Campsites in the hills seek wardens",
        "Four campsites open in the hills next year and seek wardens who live on the grounds. A course takes ten weeks "
        "and ends with a test in first aid; families with caravans are said to be the kindest neighbours.",
    ),
]


def test_two_reports_on_one_statistic_are_one_story() -> None:
    other_title = replace(PAPER, title="Overnight stays fall further in May")

    assert any({"agency", "paper"} <= story for story in ids(group([AGENCY, PAPER, *OTHERS])))
    assert not any({"agency", "paper"} <= story for story in ids(group([AGENCY, other_title, *OTHERS])))


def joined(first: Article, second: Article, similarity: float = 0.3) -> bool:
    neighbours = Neighbours(
        rows=(np.array([1]), np.array([0])), similarities=(np.array([similarity]), np.array([similarity]))
    )
    clusters = join_by_title_figures(
        [[0], [1]],
        neighbours,
        [first, second],
        is_report=np.ones(2, dtype=bool),
        cannot_link=lambda _rows, _other_rows: False,
    )
    return clusters == [[0, 1]]


@pytest.mark.parametrize(
    ("first", "second", "language", "expected"),
    [
        ("Coast counts 2.1 million overnight stays", "Overnight stays fall to 2.1 million in May", "en", True),
        ("Coast counts 2.1 million overnight stays", "Overnight stays: 2,123,000 beds sold", "en", True),
        ("Coast counts 2.1 million overnight stays", "Overnight stays fall to 2.4 million in May", "en", False),
        ("Coast counts 2.1 million overnight stays", "Brewery sells 2.1 million bottles", "en", False),
        ("Coast counts 40 overnight stays", "Overnight stays fall by 40", "en", False),
        ("Guests: 13.3 percent more", "Wages: 13.3 percent up", "en", False),
        ("Küste zählt 2,1 Millionen Gäste", "Nur noch 2,1 Mio. Gäste", "de", True),
        ("Côte : 2,1 millions de nuitées", "Les nuitées tombent à 2,1 millions", "fr", True),
        ("Stays in May", "Stays in May", "en", False),
        ("", "", "en", False),
    ],
)
def test_titles_with_the_same_figure_and_subject_join(first: str, second: str, language: str, expected: bool) -> None:
    articles = [article(id, title, "A text.", language=language) for id, title in (("a", first), ("b", second))]

    assert joined(*articles) == expected


def test_the_same_figure_joins_neither_unlike_texts_nor_other_days() -> None:
    assert not joined(AGENCY, PAPER, similarity=0.1)
    assert not joined(AGENCY, replace(PAPER, published=AGENCY.published + timedelta(days=3)))
