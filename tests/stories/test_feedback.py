"""Votes in the ranking: bounded, hard to abuse, and right in the long run."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping

import pytest

from digest.model.feedback import OutletVotes
from digest.model.stories import Ranked
from digest.stories.criteria import Criteria
from digest.stories.feedback import OutletRating, rate_outlets
from digest.stories.rank import rank
from digest.stories.score import merit, score
from tests.support.ranking import NOON, lead_ids, outlet_article, story


def votes(**outlets: tuple[float, int]) -> dict[str, OutletVotes]:
    """By the outlet's name: readers' shares of useful votes summed, and readers."""
    return {
        f"{name}.example": OutletVotes(readers=readers, useful=useful) for name, (useful, readers) in outlets.items()
    }


def points(**outlets: tuple[float, int]) -> dict[str, float]:
    return {
        outlet.removesuffix(".example"): round(rating.points, 3)
        for outlet, rating in rate_outlets(votes(**outlets)).items()
    }


@pytest.mark.parametrize(
    ("outlets", "expected"),
    [
        pytest.param({}, {}, id="no votes"),
        pytest.param({"a": (0, 0)}, {}, id="nobody"),
        pytest.param({"a": (0, 1)}, {"a": -0.026}, id="one reader"),
        pytest.param({"a": (0, 5)}, {"a": -0.09}, id="a handful"),
        pytest.param({"a": (5, 5)}, {"a": 0.09}, id="a handful in favour"),
        pytest.param({"a": (0, 1000)}, {"a": -0.223}, id="a thousand against the only outlet"),
        pytest.param({"a": (500, 1000)}, {"a": 0.0}, id="a thousand, undecided"),
        pytest.param({"a": (0, 1000), "b": (1000, 1000)}, {"a": -0.297, "b": 0.297}, id="a thousand on each of two"),
        pytest.param(
            {"a": (0, 1000), "b": (900, 900), "c": (900, 900), "d": (900, 900), "e": (900, 900)},
            {"a": -0.3, "b": 0.186, "c": 0.186, "d": 0.186, "e": 0.186},
            id="one against many",
        ),
        pytest.param({"a": (80, 100), "b": (80, 100)}, {"a": 0.102, "b": 0.102}, id="two alike"),
    ],
)
def test_points_by_votes(outlets: Mapping[str, tuple[float, int]], expected: dict[str, float]) -> None:
    assert points(**outlets) == expected


def test_outlets_that_all_please_alike_gain_nothing_on_each_other() -> None:
    """Readers who press "useful" for nearly everything raise everything, and hardly so."""
    rated = points(**{f"o{number}": (90, 100) for number in range(20)})

    assert len({*rated.values()}) == 1
    assert max(rated.values()) < 0.04


@pytest.mark.parametrize("others", [0, 20, 200])
def test_no_brigade_costs_more_than_three_tenths(others: int) -> None:
    """Ten thousand accounts that all vote against one outlet."""
    rated = points(target=(0, 10_000), **{f"o{number}": (9, 10) for number in range(others)})

    assert -0.3 <= rated["target"] < 0
    assert all(value <= 0.3 for value in rated.values())


def test_the_outlet_of_the_lead_counts_and_the_reason_says_why() -> None:
    lead, other = outlet_article("a", words=250), outlet_article("b")
    criteria = Criteria(now=NOON, feedback=rate_outlets(votes(**{"outlet-a": (9, 12), "outlet-b": (0, 40)})))
    ranked = score(story(lead, other), criteria)
    (reason,) = [reason for reason in ranked.reasons if reason.name == "feedback"]

    assert reason.points > 0
    assert reason.detail == "Outlet-A was useful to 75 % of 12 readers"
    assert score(story(lead, other), Criteria(now=NOON)).score == pytest.approx(ranked.score - reason.points)


def test_votes_put_no_story_under_the_quality_floor() -> None:
    disliked = Criteria(now=NOON, feedback=rate_outlets(votes(**{"outlet-a": (0, 10_000), "outlet-b": (100, 100)})))
    short = story(outlet_article("a", words=20))

    assert merit(score(short, disliked), disliked) == merit(score(short, Criteria(now=NOON)), Criteria(now=NOON))


def test_without_votes_nothing_changes() -> None:
    stories = [story(outlet_article(str(number), hours_old=number)) for number in range(5)]

    def reasons(ranked: Ranked) -> list[str]:
        return [reason.name for reason in ranked.reasons]

    ranking = rank(stories, Criteria(now=NOON, feedback=rate_outlets({})))
    assert ranking == rank(stories, Criteria(now=NOON))
    assert all("feedback" not in reasons(ranked) for ranked in ranking.chosen)


OUTLETS = [f"outlet-{number}" for number in range(12)]
GOOD, BAD = OUTLETS[:2], OUTLETS[-2:]


def probability(outlet: str) -> float:
    return 0.9 if outlet in GOOD else 0.1 if outlet in BAD else 0.5


def edition(day: int, ratings: Mapping[str, OutletRating], rng: random.Random) -> list[str]:
    """The outlets in an edition of ten stories: each of twelve outlets has two stories of noisy age and length."""
    stories = [
        story(
            outlet_article(
                f"{day}-{outlet}-{n}", source=outlet, hours_old=rng.uniform(0, 48), words=rng.randrange(60, 300)
            )
        )
        for outlet in OUTLETS
        for n in range(2)
    ]
    chosen = lead_ids(rank(stories, Criteria(now=NOON, limit=10, feedback=ratings)))
    return [id_.split("-", 1)[1].rsplit("-", 1)[0] for id_ in chosen]


def test_in_the_long_run_readers_get_more_of_what_they_find_useful_and_no_outlet_vanishes() -> None:
    """Forty readers vote on one story in five, at random by a probability of each outlet, and a tenth by whim."""
    rng = random.Random(3)
    opinions: dict[str, dict[int, list[bool]]] = {outlet: {} for outlet in OUTLETS}
    shown = Counter[str]()
    before = Counter[str]()
    for day in range(24):
        counted = {
            f"{outlet}.example": OutletVotes(
                readers=len(readers), useful=sum(sum(given) / len(given) for given in readers.values())
            )
            for outlet, readers in opinions.items()
        }
        outlets = edition(day, rate_outlets(counted), rng)
        (before if day < 4 else shown).update(outlets)
        for outlet in outlets:
            for reader in rng.sample(range(40), 8):
                is_whim = rng.random() < 0.1
                useful = rng.random() < (0.5 if is_whim else probability(outlet))
                opinions[outlet].setdefault(reader, []).append(useful)

    average = shown.total() / len(OUTLETS)
    assert sum(shown[outlet] for outlet in GOOD) > 1.15 * 2 * average
    assert sum(shown[outlet] for outlet in BAD) < 0.9 * 2 * average
    assert min(shown[outlet] for outlet in OUTLETS) > 0.25 * average
