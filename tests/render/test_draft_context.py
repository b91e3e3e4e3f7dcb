"""Times of a draft for people: in the newsletter's zone, with the day where it isn't today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.render.draft_context import local_time

#: 03:30 of the day on which clocks in Berlin go from 2 to 3.
SPRING = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
TIMES: dict[str, tuple[datetime, str, str, timedelta, str]] = {
    "today": (SPRING, "Europe/Berlin", "en", timedelta(hours=1), "03:30 (CEST)"),
    "the other side of midnight": (SPRING, "Europe/Berlin", "en", timedelta(hours=3), "29 March, 03:30 (CEST)"),
    "in German": (SPRING, "Europe/Berlin", "de", timedelta(days=1), "29. März, 03:30 (CEST)"),
    "an hour that comes twice": (AUTUMN, "Europe/Berlin", "en", timedelta(hours=1), "02:30 (CET)"),
    "its first time": (AUTUMN - timedelta(hours=1), "Europe/Berlin", "en", timedelta(0), "02:30 (CEST)"),
    "west": (SPRING, "America/New_York", "en", timedelta(hours=1), "21:30 (EDT)"),
    "a zone without a name": (SPRING, "America/Sao_Paulo", "en", timedelta(0), "22:30 (-03)"),
}


@pytest.mark.parametrize(("moment", "zone", "language", "before", "text"), TIMES.values(), ids=TIMES.keys())
def test_a_time_is_the_newsletters(moment: datetime, zone: str, language: str, before: timedelta, text: str) -> None:
    assert local_time(moment, ZoneInfo(zone), language=language, now=moment - before) == text
