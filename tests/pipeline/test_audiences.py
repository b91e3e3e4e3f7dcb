"""Audiences: subscribers with wishes of their own get each article once, and miss none, however they change them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.audiences import AS_PUBLISHED, Audience, ReadingPreferences
from digest.model.newsletters import Newsletter
from digest.model.protocols import Notify, Summarizer
from digest.pipeline.audiences import audience_status, choose_audience, improve_audiences
from digest.store import Store, audiences, deliveries, editions
from tests.support.audience_days import DAY, HOUR, NEWSLETTER, START, running_days

WEEKLY = ReadingPreferences(frequency="weekly mon 08:00")
EVENING = ReadingPreferences(frequency="daily 18:00")
TWICE = ReadingPreferences(frequency="daily 07:00,18:00")
TOKYO = ReadingPreferences(timezone="Asia/Tokyo")
MIDWEEK = ReadingPreferences(frequency="mon,wed 09:00")
CLIMATE = ReadingPreferences(topics=("climate",))
UNMUTED = ReadingPreferences(muted=("quiet",))
#: Different times and zones, of the same content.
WISHES = [ReadingPreferences(), WEEKLY, EVENING, TWICE, TOKYO, MIDWEEK, UNMUTED]


# --- one newsletter, several audiences ---------------------------------------------------------------------------


def test_a_weekly_reader_gets_the_whole_week_at_once() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.choose("ann", WEEKLY)
        days.pass_time(8 * 24, article_every=12)

        ((audience, slot, articles),) = days.editions("ann")
        assert (audience, slot) == (WEEKLY.key, "2026-06-08")
        assert len(articles) == len([at for at in days.articles.values() if at < START + 7 * DAY + 8 * HOUR])
        assert len(days.editions("bo")) == 7


def test_a_zone_moves_the_edition() -> None:
    with running_days() as days:
        days.subscribe("ann")
        days.choose("ann", TOKYO)
        days.pass_time(30, article_every=5)

        assert [slot for _, slot, _ in days.editions("ann")] == ["2026-06-02"]
        with days.store.read() as conn:
            (due,) = {summary.slot.due for summary in editions.summaries(conn, "main") if summary.audience}
        assert due == START + 22 * HOUR  # 07:00 in Tokyo


def test_topics_and_muted_sources_decide_what_is_in_it() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo", "cy")
        days.choose("ann", CLIMATE)
        days.choose("bo", UNMUTED)
        climate, other, quiet = days.write(about="Climate"), days.write(), days.write("quiet")
        days.pass_time(8)

        assert {name: sorted(ids) for name, ids in days.received().items()} == {
            "ann": [climate],
            "bo": [climate, other],
            "cy": [climate, other, quiet],
        }


def test_readers_with_the_same_wishes_share_an_edition() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo", "cy")
        assert days.choose("ann", EVENING) == days.choose("bo", ReadingPreferences.of(frequency="daily 18:00"))
        days.pass_time(24, article_every=5)

        with days.store.read() as conn:
            counts = [sum(deliveries.counts(conn, summary.id).values()) for summary in editions.summaries(conn, "main")]
        assert counts == [2, 1]


def test_a_new_reader_gets_the_edition_of_all_others() -> None:
    with running_days() as days:
        days.subscribe("ann")
        days.choose("ann", EVENING)
        days.pass_time(60, article_every=5)
        days.subscribe("bo")
        days.choose("bo", EVENING)
        days.pass_time(20, article_every=5)

        assert days.editions("bo") == days.editions("ann")[-1:]


def test_an_audience_without_readers_is_not_published_and_owes_nothing_when_it_has_one_again() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.choose("ann", EVENING)
        days.pass_time(24, article_every=5)
        days.choose("ann", ReadingPreferences())
        days.pass_time(48, article_every=5)
        days.choose("bo", EVENING)
        days.pass_time(3)

        all_editions = (*days.editions("ann"), *days.editions("bo"))
        assert [slot for audience, slot, _ in all_editions if audience == EVENING.key] == ["2026-06-01"]


def test_nobody_gets_two_mails_of_one_date() -> None:
    """Ann had the edition of 7 o'clock when she asked for one at 18 o'clock."""
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.choose("bo", EVENING)
        days.pass_time(10, article_every=5)
        days.choose("ann", EVENING)
        days.pass_time(10, article_every=5)
        assert [slot for _, slot, _ in days.editions("ann")] == ["2026-06-01"]
        days.pass_time(24, article_every=5)

        assert [slot for _, slot, _ in days.editions("ann")] == ["2026-06-01", "2026-06-02"]
        assert Counter(days.received()["ann"]) == Counter(days.received()["bo"])


# --- pauses ------------------------------------------------------------------------------------------------------


def test_a_pause_leaves_out_editions_until_its_end() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.pass_time(8, article_every=5)
        days.pause("ann", START + 3 * DAY)
        days.pass_time(4 * 24, article_every=5)

        assert [slot for _, slot, _ in days.editions("ann")] == ["2026-06-01", "2026-06-04", "2026-06-05"]
        assert [slot for _, slot, _ in days.editions("bo")] == [f"2026-06-0{day}" for day in range(1, 6)]
        assert days.editions("ann")[1:] == days.editions("bo")[3:]


# --- publishing --------------------------------------------------------------------------------------------------


def test_a_reader_who_moves_while_editions_are_composed_is_neither_missed_nor_sent_to_twice(store: Store) -> None:
    with running_days(store) as days:
        days.subscribe("ann", "bo", "cy", "dee")
        days.choose("cy", UNMUTED)
        days.pass_time(30, article_every=5)
        days.now = START + 2 * DAY + 7 * HOUR
        days.write()
        moves = [("cy", ReadingPreferences()), ("bo", UNMUTED)]
        make_summarizer = days.app.summarizer

        def summarizer_that_takes_a_while(newsletter: Newsletter, tell: Notify) -> Summarizer:
            if moves:
                days.choose(*moves.pop())
            return make_summarizer(newsletter, tell)

        days.app = replace(days.app, summarizer=summarizer_that_takes_a_while)
        days.publish_due()

        assert not moves
        mails = {name: [slot for _, slot, _ in days.editions(name)] for name in days.ids}
        assert all(len({*slots}) == len(slots) for slots in mails.values())
        days.pass_time(48, article_every=5)

        assert {name: Counter(ids) for name, ids in days.received().items()} == {
            name: Counter(days.received()["dee"]) for name in days.ids
        }


def test_an_article_that_comes_in_late_is_lost_to_nobody() -> None:
    with running_days() as days:
        days.subscribe("ann", "bo")
        days.pass_time(30, article_every=5)
        days.choose("ann", EVENING)
        late = days.write()
        days.pass_time(24)

        assert late in days.received()["ann"]


# --- the bound ---------------------------------------------------------------------------------------------------

FEW = replace(NEWSLETTER, audiences=2)


@pytest.mark.parametrize(
    ("wishes", "nearest"),
    [
        pytest.param(WEEKLY, WEEKLY, id="one that is in use"),
        pytest.param(ReadingPreferences(frequency="weekly tue 09:00"), WEEKLY, id="as many days, near in time"),
        pytest.param(ReadingPreferences(frequency="daily 17:00"), EVENING, id="every day, near in time"),
        pytest.param(ReadingPreferences(frequency="daily 06:00"), ReadingPreferences(), id="as published"),
        pytest.param(replace(WEEKLY, topics=("climate",)), WEEKLY, id="topics are given up"),
        pytest.param(replace(EVENING, muted=("quiet",)), EVENING, id="muted sources are given up"),
    ],
)
def test_beyond_the_bound_the_nearest_audience_is_used(wishes: ReadingPreferences, nearest: ReadingPreferences) -> None:
    in_use = [Audience.wanting(WEEKLY), Audience.wanting(EVENING)]

    assert choose_audience(FEW, wishes, in_use, at=START) == Audience.wanting(nearest)


def test_no_audience_is_near_that_lacks_what_was_not_given_up() -> None:
    in_use = [Audience.wanting(replace(EVENING, topics=("ice",))), Audience.wanting(replace(EVENING, muted=("post",)))]

    assert choose_audience(FEW, EVENING, in_use, at=START) == AS_PUBLISHED


def test_wishes_are_kept_counted_and_fulfilled_when_there_is_room() -> None:
    with running_days(newsletter=replace(NEWSLETTER, audiences=1)) as days:
        days.subscribe("ann", "bo")
        days.choose("ann", EVENING)
        assert days.choose("bo", replace(EVENING, topics=("sea",))) == EVENING.key
        with days.store.begin() as conn:
            status = audience_status(conn, days.newsletter, now=days.now)
            assert (status.in_use, status.approximate) == (1, 1)
            assert (
                status.problem == "1 subscriber gets only what is nearest to their wishes: 1 group of wishes is in use"
            )
            assert improve_audiences(conn, days.newsletter, at=days.now) == 0
        days.choose("ann", ReadingPreferences())
        days.choose("bo", ReadingPreferences(topics=("sea",)))
        with days.store.begin() as conn:
            assert audiences.find(conn, "main", days.ids["bo"]).audience == ReadingPreferences(topics=("sea",)).key
            assert audience_status(conn, days.newsletter, now=days.now).problem == ""


def test_equal_wishes_have_equal_keys() -> None:
    one = ReadingPreferences.of(topics=["Sea  ice", "Fish", ""], muted=["b", "a"])

    assert one == ReadingPreferences.of(topics=["fish", "sea ice", "FISH"], muted=["a", "b"])
    assert one.key == ReadingPreferences.from_json(one.to_json()).key
    assert len({one.key, WEEKLY.key, EVENING.key, ReadingPreferences().key}) == 4


# --- changes of wishes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """A change of wishes, so many hours after the start: at once, or while the next edition is composed."""

    hour: int
    name: str
    wishes: ReadingPreferences
    while_composing: bool


def simulate(changes: list[Change], *, days_of_change: int) -> None:
    """Let subscribers change their wishes; then each must have had each article exactly once."""
    with running_days() as days:
        days.subscribe("ann", "bo", "dee")
        make_summarizer, pending = days.app.summarizer, list[Change]()

        def summarizer(newsletter: Newsletter, tell: Notify) -> Summarizer:
            while pending:
                change = pending.pop()
                days.choose(change.name, change.wishes)
            return make_summarizer(newsletter, tell)

        days.app = replace(days.app, summarizer=summarizer)
        for hour in range(1, days_of_change * 24 + 1):
            days.pass_time(1, article_every=13)
            for change in changes:
                if change.hour == hour and change.while_composing:
                    pending.append(change)
                elif change.hour == hour:
                    days.choose(change.name, change.wishes)
        days.pass_time(8 * 24)  # until the last weekly edition is out

        received = {name: Counter(ids) for name, ids in days.received().items()}
        assert received == {name: Counter(days.articles.keys()) for name in days.ids}


def changes_within(days: int, *, most: int) -> st.SearchStrategy[list[Change]]:
    change = st.builds(
        Change,
        hour=st.integers(1, days * 24),
        name=st.sampled_from(["ann", "bo"]),
        wishes=st.sampled_from(WISHES),
        while_composing=st.booleans(),
    )
    return st.lists(change, max_size=most)


@settings(max_examples=2)
@given(changes_within(4, most=4))
def test_changing_preferences_repeats_nothing_and_loses_nothing(changes: list[Change]) -> None:
    simulate(changes, days_of_change=4)


@pytest.mark.slow
@settings(max_examples=25)
@given(changes_within(12, most=10))
def test_nor_do_many_changes_over_weeks(changes: list[Change]) -> None:
    simulate(changes, days_of_change=12)
