"""Schedules, parsed from text; a mistake comes with the nearest valid schedule."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.errors import UsageError
from digest.pipeline.slots import latest
from digest.settings.schedule import ScheduleError, parse_schedule

SEVEN = time(7)


def test_cron_gives_every_pair_of_hour_and_minute() -> None:
    times = parse_schedule("cron 0,30 6-7 * * *").times

    assert times == (time(6), time(6, 30), time(7), time(7, 30))


def test_a_repeated_time_counts_once() -> None:
    assert parse_schedule("daily 07:00,7:00").times == (SEVEN,)


@pytest.mark.parametrize(
    ("text", "message", "suggestion"),
    [
        pytest.param("", "it is empty", "daily 07:00", id="empty"),
        pytest.param("sometimes", "needs the days and the time", "daily 07:00", id="nonsense"),
        pytest.param("dayly 07:30", '"dayly" is not a weekday', "daily 07:30", id="misspelt"),
        pytest.param("weekday 07:30", '"weekday" is not a weekday', "weekdays 07:30", id="weekday"),
        pytest.param("06:15", "needs the days and the time", "daily 06:15", id="only-a-time"),
        pytest.param("every day at 07:30", "", "daily 07:30", id="prose"),
        pytest.param("daily", "needs the days and the time", "daily 07:00", id="only-days"),
        pytest.param("weekly 07:30", "weekly needs a day and a time", "weekly mon 07:30", id="weekly-without-day"),
        pytest.param("weekly monday", "weekly needs a day and a time", "monday 07:00", id="weekly-without-time"),
        pytest.param("monthly 07:30", "monthly needs a day and a time", "monthly 1 07:30", id="monthly-without-day"),
        pytest.param("monthly 32 08:00", '"32" is not a day of the month, 1 to 31', "monthly 31 08:00", id="the-32nd"),
        pytest.param("daily 7pm", '"7pm" is not a time of day', "daily 19:00", id="7pm"),
        pytest.param("daily 12am", '"12am" is not a time of day', "daily 00:00", id="12am"),
        pytest.param("daily 0730", '"0730" is not a time of day', "daily 07:30", id="no-colon"),
        pytest.param("daily 7.30", '"7.30" is not a time of day', "daily 07:30", id="full-stop"),
        pytest.param("daily 24:00", '"24:00" is not a time of day', "daily 00:00", id="24:00"),
        pytest.param("daily 07:00 18:00", "needs the days and the time", "daily 07:00,18:00", id="times-by-space"),
        pytest.param("mon thu 18:30", "needs the days and the time", "mon,thu 18:30", id="days-by-space"),
        pytest.param("cron 0 7 * * 1-5", "weekdays are written by name", "cron 0 7 * * mon-fri", id="cron-digits"),
        pytest.param("0 7 * * 0", "weekdays are written by name", "cron 0 7 * * sun", id="cron-zero"),
        pytest.param("cron 0 7 * *", "cron has five fields", "cron 0 7 * * *", id="cron-of-four"),
        pytest.param("cron 60 7 * * *", '"60" is not a minute, 0 to 59', "daily 07:00", id="cron-minute"),
        pytest.param("cron 0 7-5 * * *", '"7-5" runs backwards', "daily 07:00", id="cron-backwards"),
        pytest.param("cron 0/0 7 * * *", "has no step", "daily 07:00", id="cron-step-of-zero"),
        pytest.param("cron 0 7 30 feb *", "there is no such date", "daily 07:00", id="cron-never"),
        pytest.param("cron 0 7 1 * mon", "keep one", "cron 0 7 * * mon", id="cron-day-and-weekday"),
        pytest.param("* 07:30", '"*" belongs in cron only', "daily 07:30", id="star-without-cron"),
        pytest.param("monthly */9 07:30", '"*" belongs in cron only', "monthly 1 07:30", id="star-in-monthly"),
        pytest.param("@daily", "", "daily 00:00", id="cron-nickname"),
        pytest.param("0 0 7 * * *", "without the seconds", "cron 0 7 * * *", id="cron-with-seconds"),
        pytest.param("0 30 7 ? * MON-FRI", "without the seconds", "cron 30 7 * * mon-fri", id="quartz"),
        pytest.param("0 0 7 ? * 2-6 *", "without the seconds", "cron 0 7 * * mon-fri", id="quartz-with-years"),
    ],
)
def test_an_invalid_schedule_is_refused_with_the_nearest_valid_one(text: str, message: str, suggestion: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse_schedule(text)

    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, UsageError)
    assert str(caught.value).startswith(f'"{text}" is not a schedule: ')
    assert message in str(caught.value)
    assert caught.value.suggestion == suggestion
    assert suggestion in caught.value.hint
    parse_schedule(suggestion)


SCHEDULE_LIKE = st.lists(
    st.sampled_from(
        ["daily", "weekly", "monthly", "cron", "mon", "fri-tue", "*", "*/7", "1", "31", "07:00", "0", "-", ",", "@"]
    )
    | st.text(max_size=8),
    max_size=7,
).map(" ".join)


@given(SCHEDULE_LIKE)
@settings(deadline=None)
def test_any_text_is_parsed_or_refused_with_a_valid_suggestion(text: str) -> None:
    try:
        schedule = parse_schedule(text)
    except ScheduleError as error:
        schedule = parse_schedule(error.suggestion)

    assert parse_schedule(str(schedule)) == schedule
    assert latest(schedule, UTC, datetime(2026, 3, 29, 7, tzinfo=UTC)).due.tzinfo is UTC
