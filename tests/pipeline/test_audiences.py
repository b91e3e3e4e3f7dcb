"""Audiences: subscribers with wishes of their own get each article once, and miss none, however they change them."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.audiences import ReadingPreferences
from tests.support.audience_days import running_days

WEEKLY = ReadingPreferences(frequency="weekly mon 08:00")
EVENING = ReadingPreferences(frequency="daily 18:00")
TWICE = ReadingPreferences(frequency="daily 07:00,18:00")
TOKYO = ReadingPreferences(timezone="Asia/Tokyo")
MIDWEEK = ReadingPreferences(frequency="mon,wed 09:00")
CLIMATE = ReadingPreferences(topics=("climate",))
UNMUTED = ReadingPreferences(muted=("quiet",))
#: Different times and zones, of the same content.
WISHES = [ReadingPreferences(), WEEKLY, EVENING, TWICE, TOKYO, MIDWEEK, UNMUTED]


def simulate(changes: list[tuple[int, str, ReadingPreferences]], *, days_of_change: int) -> None:
    """Let subscribers change their wishes at these hours; then each must have had each article exactly once."""
    with running_days() as days:
        days.subscribe("ann", "bo", "dee")
        for hour in range(1, days_of_change * 24 + 1):
            days.pass_time(1, article_every=13)
            for _, name, wishes in (change for change in changes if change[0] == hour):
                days.choose(name, wishes)
        days.pass_time(8 * 24)  # until the last weekly edition is out

        received = {name: Counter(ids) for name, ids in days.received().items()}
        assert received == {name: Counter(days.articles.keys()) for name in days.ids}


def changes_within(days: int, *, most: int) -> st.SearchStrategy[list[tuple[int, str, ReadingPreferences]]]:
    return st.lists(
        st.tuples(st.integers(1, days * 24), st.sampled_from(["ann", "bo"]), st.sampled_from(WISHES)), max_size=most
    )


@settings(max_examples=3)
@given(changes_within(4, most=4))
def test_changing_preferences_repeats_nothing_and_loses_nothing(
    changes: list[tuple[int, str, ReadingPreferences]],
) -> None:
    simulate(changes, days_of_change=4)


@pytest.mark.slow
@settings(max_examples=25)
@given(changes_within(12, most=10))
def test_nor_do_many_changes_over_weeks(changes: list[tuple[int, str, ReadingPreferences]]) -> None:
    simulate(changes, days_of_change=12)
