"""Slots of schedules in any time zone and over clock changes."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.schedule import Schedule
from digest.model.slots import Slot
from digest.pipeline.slots import due_slots, latest, slots, slots_on, today, upcoming, window
from digest.settings.schedule import parse_schedule

BERLIN = ZoneInfo("Europe/Berlin")
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
SEVEN = time(7)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def keys(text: str, start: str, end: str, zone: ZoneInfo = BERLIN) -> list[str]:
    return [slot.key for slot in slots(parse_schedule(text), zone, at(start, zone), at(end, zone))]


def local_dues(text: str, start: str, end: str, zone: ZoneInfo) -> list[str]:
    due = slots(parse_schedule(text), zone, at(start, zone), at(end, zone))
    return [f"{slot.due.astimezone(zone):%m-%d %H:%M}" for slot in due]


# --- dates of a schedule -------------------------------------------------------------------------------------------

WEEK_OF_MARCH_29 = ("2026-03-23 00:00", "2026-03-30 00:00")  # Monday to Sunday, the clock change on Sunday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("daily 07:00", "23 24 25 26 27 28 29", id="daily"),
        pytest.param("weekdays 07:00", "23 24 25 26 27", id="weekdays"),
        pytest.param("weekends 09:30", "28 29", id="weekends"),
        pytest.param("mon,thu 18:30", "23 26", id="given-days"),
        pytest.param("Monday, Thursday 18:30", "23 26", id="long-names-capitals-and-spaces"),
        pytest.param("weekly mon 07:00", "23", id="weekly"),
        pytest.param("weekly sun 7:00", "29", id="hour-of-one-digit"),
        pytest.param("tue-thu 07:00", "24 25 26", id="range-of-days"),
        pytest.param("sat-mon 07:00", "23 28 29", id="range-over-the-weekend"),
        pytest.param("monthly 25 08:00", "25", id="monthly"),
        pytest.param("monthly 24,26 08:00", "24 26", id="twice-a-month"),
        pytest.param("cron 0 7 * * mon-fri", "23 24 25 26 27", id="cron-with-names"),
        pytest.param("cron 0 7 * * sat/1", "28 29", id="cron-from-a-day-on"),
        pytest.param("0 7 * mar *", "23 24 25 26 27 28 29", id="five-bare-fields"),
        pytest.param("cron 0 7 */10 * *", "", id="cron-step"),
        pytest.param("cron 0 7 24/2 * *", "24 26 28", id="cron-step-from-a-day"),
        pytest.param("cron 0 7 24-26 3 *", "24 25 26", id="cron-range"),
        pytest.param("cron 0 7 * apr-feb *", "", id="cron-months-over-new-year"),
    ],
)
def test_a_schedule_names_its_dates(text: str, expected: str) -> None:
    assert keys(text, *WEEK_OF_MARCH_29) == [f"2026-03-{day}" for day in expected.split()]


def test_several_times_a_day_have_the_time_in_their_key() -> None:
    assert keys("daily 18:00,07:00", "2026-03-28 00:00", "2026-03-29 12:00") == [
        "2026-03-28T07:00",
        "2026-03-28T18:00",
        "2026-03-29T07:00",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("monthly 31 08:00", ["01-31", "02-28", "03-31", "04-30", "05-31"], id="the-31st"),
        pytest.param("monthly last 08:00", ["01-31", "02-28", "03-31", "04-30", "05-31"], id="the-last"),
        pytest.param("monthly 30 08:00", ["01-30", "02-28", "03-30", "04-30", "05-30"], id="the-30th"),
        pytest.param("monthly 29,31 08:00", ["01-29", "01-31", "02-28", "03-29", "03-31"], id="two"),
        pytest.param("cron 0 8 31 * *", ["01-31", "03-31", "05-31"], id="cron-leaves-short-months-out"),
    ],
)
def test_a_day_that_a_month_lacks_falls_on_its_last_day_but_in_cron(text: str, expected: list[str]) -> None:
    assert keys(text, "2026-01-01 00:00", "2026-06-01 00:00")[: len(expected)] == [f"2026-{day}" for day in expected]


# --- slots -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "text", "start", "end", "expected"),
    [
        pytest.param(
            "Europe/Berlin", "daily 02:30", "2026-03-28 00:00", "2026-03-31 00:00",
            ["03-28 02:30", "03-29 03:00", "03-30 02:30"], id="a-time-in-the-spring-gap-waits-for-its-end",
        ),
        pytest.param(
            "Europe/Berlin", "daily 02:30", "2026-10-24 00:00", "2026-10-27 00:00",
            ["10-24 02:30", "10-25 02:30", "10-26 02:30"], id="a-time-that-comes-twice-fires-once",
        ),
        pytest.param(
            "America/New_York", "daily 00:30", "2026-03-07 00:00", "2026-03-10 00:00",
            ["03-07 00:30", "03-08 00:30", "03-09 00:30"], id="the-day-after-spring-forward-is-kept",
        ),
        pytest.param(
            "Africa/Cairo", "daily 00:00", "2026-04-23 00:00", "2026-04-26 00:00",
            ["04-23 00:00", "04-24 01:00", "04-25 00:00"], id="a-midnight-that-does-not-exist",
        ),
        pytest.param(
            "Australia/Lord_Howe", "daily 02:15", "2026-10-03 00:00", "2026-10-06 00:00",
            ["10-03 02:15", "10-04 02:30", "10-05 02:15"], id="half-an-hour-of-daylight-saving",
        ),
        pytest.param(
            "Pacific/Apia", "daily 07:00", "2011-12-29 00:00", "2012-01-01 12:00",
            ["12-29 07:00", "12-31 00:00", "12-31 07:00", "01-01 07:00"], id="a-day-left-out-is-late-not-lost",
        ),
        pytest.param(
            "Pacific/Kwajalein", "daily 07:00", "1993-08-20 00:00", "1993-08-23 00:00",
            ["08-20 07:00", "08-22 00:00", "08-22 07:00"], id="across-the-date-line",
        ),
        pytest.param(
            "America/St_Johns", "daily 00:00", "2010-11-06 00:00", "2010-11-09 00:00",
            ["11-06 00:00", "11-07 00:00", "11-08 00:00"], id="a-midnight-that-comes-twice",
        ),
        pytest.param(
            "Asia/Kathmandu", "daily 07:00", "2026-03-28 00:00", "2026-03-30 00:00",
            ["03-28 07:00", "03-29 07:00"], id="an-offset-of-quarter-hours",
        ),
    ],
)  # fmt: skip
def test_a_clock_change_neither_skips_nor_doubles_a_slot(
    zone: str, text: str, start: str, end: str, expected: list[str]
) -> None:
    assert local_dues(text, start, end, ZoneInfo(zone)) == expected


def test_a_slot_that_comes_twice_is_due_the_first_time() -> None:
    slot = slots_on(parse_schedule("daily 02:30"), BERLIN, date(2026, 10, 25))

    assert slot == (Slot(due=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), key="2026-10-25"),)


def test_after_a_clock_set_back_over_midnight_the_latest_slot_is_still_the_latest() -> None:
    """In St John's, 2010-11-07 began, and a minute later the clock read 23:01 of the day before."""
    zone = ZoneInfo("America/St_Johns")
    second_time = datetime(2010, 11, 7, 2, 40, tzinfo=UTC)

    assert f"{second_time.astimezone(zone):%m-%d %H:%M}" == "11-06 23:10"
    assert latest(parse_schedule("daily 00:00"), zone, second_time).key == "2010-11-07"
    assert upcoming(parse_schedule("daily 00:00"), zone, second_time).key == "2010-11-08"


def test_times_skipped_by_one_clock_change_have_a_slot_each() -> None:
    schedule, end_of_gap = parse_schedule("daily 02:00,02:30"), at("2026-03-29 03:00")

    assert keys("daily 02:00,02:30", "2026-03-29 00:00", "2026-03-30 00:00") == ["2026-03-29T02:00", "2026-03-29T02:30"]
    assert latest(schedule, BERLIN, end_of_gap).key == "2026-03-29T02:30"


def test_the_latest_slot_is_due_at_its_own_instant_and_the_upcoming_one_is_not() -> None:
    schedule, seven = parse_schedule("weekdays 07:00"), at("2026-03-30 07:00")

    assert latest(schedule, BERLIN, seven).key == "2026-03-30"
    assert latest(schedule, BERLIN, seven - SECOND).key == "2026-03-27"
    assert upcoming(schedule, BERLIN, seven).key == "2026-03-31"
    assert upcoming(schedule, BERLIN, seven - SECOND).key == "2026-03-30"


def test_a_rare_date_is_found_both_ways() -> None:
    schedule = parse_schedule("cron 0 7 29 feb *")

    assert latest(schedule, BERLIN, at("2026-03-29 07:00")).key == "2024-02-29"
    assert upcoming(schedule, BERLIN, at("2096-03-29 07:00")).key == "2104-02-29"


@pytest.mark.parametrize(
    ("text", "now", "key"),
    [
        pytest.param("daily 07:00", "2026-03-27 06:00", "2026-03-27", id="before-its-time"),
        pytest.param("daily 07:00", "2026-03-27 23:00", "2026-03-27", id="after-its-time"),
        pytest.param("daily 07:00,18:00", "2026-03-27 06:00", "2026-03-27T07:00", id="before-the-first"),
        pytest.param("daily 07:00,18:00", "2026-03-27 12:00", "2026-03-27T07:00", id="between-two"),
        pytest.param("daily 07:00,18:00", "2026-03-27 19:00", "2026-03-27T18:00", id="after-the-last"),
        pytest.param("weekly mon 07:00", "2026-03-27 12:00", "2026-03-27", id="on-a-date-without-one"),
    ],
)
def test_today_has_a_slot_whatever_the_schedule(text: str, now: str, key: str) -> None:
    assert today(parse_schedule(text), BERLIN, at(now)).key == key


# --- catching up -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "slot", "missed"),
    [
        pytest.param("2026-03-27 06:59", None, [], id="nothing-is-due"),
        pytest.param("2026-03-27 07:00", "2026-03-27", [], id="due-this-moment"),
        pytest.param("2026-03-27 19:00", "2026-03-27", [], id="late-and-fresh-enough"),
        pytest.param("2026-03-27 19:01", None, ["2026-03-27"], id="late-and-too-old"),
        pytest.param("2026-03-29 08:00", "2026-03-29", ["2026-03-27", "2026-03-28"], id="only-the-newest-of-three"),
        pytest.param("2026-03-25 07:00", None, [], id="a-clock-set-back"),
    ],
)
def test_after_downtime_the_newest_slot_is_due_if_recent_and_older_ones_are_missed(
    now: str, slot: str | None, missed: list[str]
) -> None:
    due = due_slots(
        parse_schedule("daily 07:00"), BERLIN, since=at("2026-03-26 07:00"), now=at(now), catch_up=12 * HOUR
    )

    assert (due.slot and due.slot.key) == slot
    assert [missed_slot.key for missed_slot in due.missed] == missed


# --- the window --------------------------------------------------------------------------------------------------


def hours_back(text: str, slot: str, since: str = "") -> float:
    schedule = parse_schedule(text)
    due = at(slot)
    edition_window = window(
        schedule, BERLIN, latest(schedule, BERLIN, due), now=due, since=at(since) if since else None
    )
    return (due.astimezone(UTC) - edition_window.start) / HOUR


@pytest.mark.parametrize(
    ("text", "slot", "hours"),
    [
        pytest.param("daily 07:00", "2026-03-27 07:00", 48, id="daily-twice-a-day-back"),
        pytest.param("daily 07:00", "2026-03-29 07:00", 47, id="daily-over-the-clock-change"),
        pytest.param("weekdays 07:00", "2026-03-23 07:00", 144, id="monday-covers-the-weekend-twice"),
        pytest.param("daily 07:00,18:00", "2026-03-27 18:00", 35, id="twice-a-day-a-day-of-grace"),
        pytest.param("weekly fri 07:00", "2026-03-27 07:00", 2 * 168, id="weekly-a-week-of-grace"),
        pytest.param("monthly 1 08:00", "2026-03-01 08:00", 28 * 24 + 168, id="monthly-no-more-than-a-week-of-grace"),
    ],
)
def test_the_window_reaches_back_past_the_slot_before(text: str, slot: str, hours: float) -> None:
    assert hours_back(text, slot) == hours


def test_after_missed_slots_the_window_reaches_back_past_the_last_edition() -> None:
    assert hours_back("daily 07:00", "2026-03-27 07:00", since="2026-03-24 07:00") == 6 * 24


def test_an_edition_sent_just_now_does_not_shorten_the_window() -> None:
    assert hours_back("daily 07:00", "2026-03-27 07:00", since="2026-03-27 06:59") == 48


@pytest.mark.parametrize(
    ("now", "end"),
    [
        pytest.param("2026-03-26 09:00", "2026-03-27 07:00", id="composed-ahead"),
        pytest.param("2026-03-27 07:00", "2026-03-27 07:01", id="composed-on-time"),
        pytest.param("2026-03-27 09:30:12", "2026-03-27 09:31", id="composed-late"),
    ],
)
def test_the_window_ends_when_the_slot_is_due_or_after_the_current_minute(now: str, end: str) -> None:
    schedule = parse_schedule("daily 07:00")
    (slot,) = slots_on(schedule, BERLIN, date(2026, 3, 27))
    slot_window = window(schedule, BERLIN, slot, now=at(now))

    assert slot_window.end == at(end)
    assert at(now).astimezone(UTC) in slot_window


# --- properties over every zone ----------------------------------------------------------------------------------

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
ZONES = sorted(zoneinfo.available_timezones())


@cache
def clock_changes(name: str) -> tuple[datetime, ...]:
    """Every instant from 2020 to 2035 at which the zone's offset changes, to the second, by bisection."""
    zone = ZoneInfo(name)

    def offset(instant: datetime) -> timedelta | None:
        return instant.astimezone(zone).utcoffset()

    def change(low: datetime, high: datetime) -> datetime:
        before = offset(low)
        while high - low > SECOND:
            middle = low + (high - low) // 2
            low, high = (middle, high) if offset(middle) == before else (low, middle)
        return high.replace(microsecond=0)

    days = [FIRST + DAY * number for number in range((LAST - FIRST).days + 1)]
    offsets = [offset(day) for day in days]
    return tuple(change(days[i], days[i + 1]) for i in range(len(days) - 1) if offsets[i] != offsets[i + 1])


@cache
def distinct_zones() -> tuple[str, ...]:
    """One name for each set of zones whose clocks read the same from 2020 to 2035."""
    by_clock = {}
    for name in ZONES:
        readings = tuple(change.astimezone(ZoneInfo(name)).isoformat() for change in (FIRST, *clock_changes(name)))
        by_clock.setdefault(readings, name)
    return tuple(by_clock.values())


def dates_of(found_slots: Iterator[Slot]) -> list[date]:
    return [date.fromisoformat(slot.key) for slot in found_slots]


def daily(local: time) -> Schedule:
    return parse_schedule(f"daily {local:%H:%M}")


@pytest.mark.slow
def test_the_zones_have_clock_changes_to_prove_something_on() -> None:
    assert len(ZONES) > 400
    assert len(distinct_zones()) > 60
    assert len(clock_changes("Europe/Berlin")) == 2 * 16
    assert len(clock_changes("Africa/Casablanca")) > 2 * 16 - 2
    assert clock_changes("Europe/Berlin")[0] == datetime(2020, 3, 29, 1, tzinfo=UTC)


@pytest.mark.slow
def test_at_every_clock_change_of_every_zone_a_slot_is_due_when_its_clock_first_reads_its_time() -> None:
    """The reference reads the clock at each minute, from two hours before the change until four hours after."""
    for name in distinct_zones():
        zone = ZoneInfo(name)
        for change in clock_changes(name):
            instants = [change + MINUTE * number for number in range(-120, 240, 5)]
            readings = [instant.astimezone(zone).replace(tzinfo=None) for instant in instants]
            for number in range(36):
                local = readings[0] + number * 5 * MINUTE
                first = next(instant for instant, reading in zip(instants, readings, strict=True) if reading >= local)
                (slot,) = slots_on(daily(local.time()), zone, local.date())

                assert slot == Slot(due=first, key=f"{local.date()}"), (name, local)


def test_around_every_clock_change_of_every_zone_each_local_date_has_one_slot() -> None:
    for name in distinct_zones():
        zone = ZoneInfo(name)
        for change in clock_changes(name):
            local = change.astimezone(zone)
            skipped = (change - SECOND).astimezone(zone) + SECOND  # what the clock would have read
            for reading in (local.time(), skipped.time()):
                dates = dates_of(slots(daily(reading), zone, change - 3 * DAY, change + 3 * DAY))

                assert len(dates) >= 5, name
                assert {later - earlier for earlier, later in pairwise(dates)} == {DAY}, name


@pytest.mark.slow
def test_in_every_zone_each_local_date_from_2020_to_2035_has_one_slot() -> None:
    every_date = [FIRST.date() + DAY * number for number in range((LAST - FIRST).days)]
    for name in distinct_zones():
        zone = ZoneInfo(name)
        start, end = (datetime(year, 1, 1, tzinfo=zone) for year in (FIRST.year, LAST.year))
        for reading in (time(0, 0), time(2, 30)):
            assert dates_of(slots(daily(reading), zone, start, end)) == every_date, name


TIMES = st.lists(st.times().map(lambda due: f"{due:%H:%M}"), min_size=1, max_size=3).map(",".join)
DAYS = st.sampled_from(["daily", "weekdays", "weekends", "mon,thu", "weekly sun", "monthly 1", "monthly 31"])
SCHEDULES = st.builds(lambda days, times: parse_schedule(f"{days} {times}"), DAYS, TIMES)
INSTANTS = st.datetimes(datetime(1920, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
ANY_ZONE = st.sampled_from(ZONES).map(ZoneInfo)


@given(schedule=SCHEDULES, zone=ANY_ZONE, now=INSTANTS)
@settings(deadline=None)
def test_nothing_is_due_between_the_latest_slot_and_the_upcoming_one(
    schedule: Schedule, zone: ZoneInfo, now: datetime
) -> None:
    last, coming = latest(schedule, zone, now), upcoming(schedule, zone, now)

    assert last.due <= now < coming.due
    assert list(slots(schedule, zone, last.due + SECOND, coming.due)) == []
    assert last in slots(schedule, zone, last.due, coming.due)


@given(schedule=SCHEDULES, zone=ANY_ZONE, now=INSTANTS, spans=st.tuples(st.integers(0, 900), st.integers(0, 900)))
@settings(deadline=None)
def test_time_can_be_cut_anywhere_without_losing_or_doubling_a_slot(
    schedule: Schedule, zone: ZoneInfo, now: datetime, spans: tuple[int, int]
) -> None:
    cut, end = now + spans[0] * HOUR, now + sum(spans) * HOUR
    whole = list(slots(schedule, zone, now, end))

    assert [*slots(schedule, zone, now, cut), *slots(schedule, zone, cut, end)] == whole
    assert len({slot.key for slot in whole}) == len(whole)
    assert whole == sorted(whole)


@given(schedule=SCHEDULES, zone=ANY_ZONE, start=INSTANTS, looks=st.lists(st.integers(1, 4_000), max_size=30))
@settings(deadline=None)
def test_each_slot_is_due_or_missed_once_however_often_it_is_checked(
    schedule: Schedule, zone: ZoneInfo, start: datetime, looks: list[int]
) -> None:
    since, now, handled = start, start, []
    for minutes in looks:
        now += minutes * MINUTE
        due = due_slots(schedule, zone, since=since, now=now, catch_up=12 * HOUR)
        handled += [*due.missed, *([due.slot] if due.slot else [])]
        since = handled[-1].due if handled else since

    assert handled == list(slots(schedule, zone, start + timedelta.resolution, now + timedelta.resolution))


@given(schedule=SCHEDULES, zone=ANY_ZONE, now=INSTANTS)
@settings(deadline=None)
def test_the_window_holds_everything_since_the_slot_before(schedule: Schedule, zone: ZoneInfo, now: datetime) -> None:
    slot = latest(schedule, zone, now)
    before = latest(schedule, zone, slot.due - SECOND)
    slot_window = window(schedule, zone, slot, now=now)

    assert before.due in slot_window
    assert now in slot_window
    assert now - slot_window.start >= DAY
