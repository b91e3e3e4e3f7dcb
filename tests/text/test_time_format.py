"""Formats of dates and times for people and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from digest.text.time_format import iso_utc, local_time, long_local_date, short_local_time, utc_date, utc_time

BERLIN = ZoneInfo("Europe/Berlin")
MOMENT = datetime(2026, 3, 1, 23, 5, 9, 250_000, tzinfo=UTC)


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.astimezone(BERLIN)], ids=["UTC", "another zone"])
def test_times_in_utc_do_not_depend_on_the_zone_of_the_value(moment: datetime) -> None:
    assert iso_utc(moment) == "2026-03-01T23:05:09Z"
    assert iso_utc(moment, timespec="auto") == "2026-03-01T23:05:09.250000Z"
    assert utc_time(moment) == "2026-03-01 23:05 UTC"
    assert utc_date(moment) == "2026-03-01"


def test_times_of_a_newsletter_are_in_its_zone() -> None:
    assert local_time(MOMENT, BERLIN) == "Mon 2026-03-02 00:05"
    assert short_local_time(MOMENT, BERLIN) == "2 Mar 00:05"
    assert long_local_date(MOMENT, BERLIN) == "Monday 2 March 2026"


def test_no_moment_is_an_empty_string() -> None:
    assert iso_utc(None) == ""
