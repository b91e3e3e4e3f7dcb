"""Date formats of feeds, pages and people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import feedparser  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.collect.documents.dates import parse_date
from digest.collect.feeds.lenient_parser import parse_leniently

MORNING = "2026-03-05 07:08:09"
DATES = {
    # standards
    "2026-03-05T07:08:09Z": MORNING,
    "2026-03-05T08:08:09+01:00": MORNING,
    "2026-03-05T08:08:09+0100": MORNING,
    "2026-03-05T02:08:09-05": MORNING,
    "2026-03-05T07:08:09.123456789Z": MORNING,
    "2026-03-05 08:08:09 +0100": MORNING,
    "20260305T070809Z": MORNING,
    "2026-W10-4": "2026-03-05 00:00:00",
    "2026-064": "2026-03-05 00:00:00",
    "2026-03-05T07:08Z": "2026-03-05 07:08:00",
    "2026-03-05": "2026-03-05 00:00:00",
    "2026-03": "2026-03-01 00:00:00",
    "2026": "2026-01-01 00:00:00",
    "2026-03-05T24:00:00Z": "2026-03-06 00:00:00",
    "Thu, 05 Mar 2026 07:08:09 GMT": MORNING,
    "Thu, 5 Mar 26 02:08:09 EST": MORNING,
    "5 Mar 2026 07:08:09 Z": MORNING,
    "Thu, 05 Mar 2026 08:08:09 +0100 (CET)": MORNING,
    "Thursday, 05 March 2026 07:08:09 GMT": MORNING,
    "Wed, 05 Mar 2026 07:08:09 +0000": MORNING,
    "Thu Mar  5 07:08:09 2026": MORNING,
    # variants by programs
    "Thu, 05-Mar-2026 07:08:09 GMT": MORNING,
    "Thu Mar 05 08:08:09 CET 2026": MORNING,
    "Thu, 05 Mar 2026 09:08:09 EET": MORNING,
    "Thu, 05 Mar 2026 16:08:09 JST": MORNING,
    "Thu, 05 Mar 2026T07:08:09Z": MORNING,
    "2026/03/05 07:08:09": MORNING,
    "2026-3-5 7:08:09": MORNING,
    "2026-03-05T08:08:09 CET": MORNING,
    "1772694489": MORNING,
    "1772694489000": MORNING,
    "Thu, 05 Mar 2026 07:08:60 GMT": "2026-03-05 07:08:59",
    "Thu, 05 Mar 2026 24:00:00 GMT": "2026-03-06 00:00:00",
    "05 Mar 2026": "2026-03-05 00:00:00",
    "05.03.2026 07:08": "2026-03-05 07:08:00",
    "Thu, 05 Mar 2026 08:08:09 +01:00": MORNING,
    "Thu, 05 Mar 2026 02:08:09 −05:00": MORNING,
    "Thu, 05 Mar 26 08:08:09 +01:00": MORNING,
    "Thu Mar 05 2026 08:08:09 GMT+0100 (Central European Standard Time)": MORNING,
    "Thu, 05 Mar 2026 08:08:09 GMT+0100 (CET)": MORNING,
    "Thu, 05 Mar 2026 09:08:09 UTC+2": MORNING,
    "Thu, 05 Mar 2026 12:38:09 UTC +05:30": MORNING,
    "2026-03-05 04:08:09 GMT-3": MORNING,
    "2026-03-05T08:08:09+01:00[Europe/Berlin]": MORNING,
    "Thu, 05 Mar 2026 08:08:09 Europe/Berlin": MORNING,
    "Sun, 05 Jul 2026 03:08:09 America/New_York": "2026-07-05 07:08:09",
    "Thu, 05 Mar 2026 07:08:09 Nowhere/Town": MORNING,
    **{f"Thu, 05 Mar 2026 09:08:09 {zone}": MORNING for zone in ("CEST", "MEST", "MESZ", "EET", "SAST", "CAT")},
    **{f"Thu, 05 Mar 2026 08:08:09 {zone}": MORNING for zone in ("BST", "CET", "MEZ", "MET", "WEST", "WAT")},
    "Thu, 05 Mar 2026 17:08:09 AEST": MORNING,
    "Thu, 05 Mar 2026 18:08:09 AEDT": MORNING,
    "Thu, 05 Mar 2026 12:38:09 IST": MORNING,
    "Thu, 05 Mar 2026 01:08:09 CST": MORNING,
    "Thu, 05 Mar 2026 07:08:09 UTC": MORNING,
    "3/15/2026 7:08:09 AM": "2026-03-15 07:08:09",
    "15/03/2026 07:08": "2026-03-15 07:08:00",
    "3/5/2026 7:08:09 PM": "2026-03-05 19:08:09",
    "05/05/2026": "2026-05-05 00:00:00",
    "15-03-2026 07:08": "2026-03-15 07:08:00",
    "20260305070809": MORNING,
    "1772694489.125": MORNING,
    "jeudi 5 mars 2026 à 07h08": "2026-03-05 07:08:00",
    "5 mars 2026, 7 h 08": "2026-03-05 07:08:00",
    # written by people
    "2026. március 5. 07:08": "2026-03-05 07:08:00",
    "5. července 2026": "2026-07-05 00:00:00",
    "5. června 2026": "2026-06-05 00:00:00",
    "5. listopadu 2026": "2026-11-05 00:00:00",
    "5 листопада 2026": "2026-11-05 00:00:00",
    "5 Kasım 2026": "2026-11-05 00:00:00",
    "5 desember 2026": "2026-12-05 00:00:00",
    "5. joulukuuta 2026": "2026-12-05 00:00:00",
    "5 iunie 2026": "2026-06-05 00:00:00",
    "5 dicembre 2026": "2026-12-05 00:00:00",
    "5 de dezembro de 2026": "2026-12-05 00:00:00",
    "5 augustus 2026": "2026-08-05 00:00:00",
    "٥ مارس ٢٠٢٦": "2026-03-05 00:00:00",
    "Mar 5, 2026": "2026-03-05 00:00:00",
    "March 5th, 2026 7:08 PM": "2026-03-05 19:08:00",
    "March 5, 2026 12:08 a.m.": "2026-03-05 00:08:00",
    "5th March 2026": "2026-03-05 00:00:00",
    "Do, 05 Mär 2026 08:08:09 +0100": MORNING,
    "jeu. 5 févr. 2026": "2026-02-05 00:00:00",
    "5 de marzo de 2026": "2026-03-05 00:00:00",
    "5 juillet 2026": "2026-07-05 00:00:00",
    "5 juin 2026": "2026-06-05 00:00:00",
    "5 maja 2026": "2026-05-05 00:00:00",
    "Чт, 05 мар 2026 10:08:09 +0300": MORNING,
    "5 мая 2026": "2026-05-05 00:00:00",
    "Πεμ, 05 Μάρ 2026 09:08:09 EET": MORNING,
    "2026년 3월 5일 목요일 오후 7:08": "2026-03-05 19:08:00",
    "2026年3月5日 07:08": "2026-03-05 07:08:00",
}


@pytest.mark.parametrize(("text", "expected"), DATES.items())
def test_common_date_formats_are_parsed(text: str, expected: str) -> None:
    assert parse_date(f" {text}\n") == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "next Tuesday",
            "03/05/2026",
            "03-05-2026",
            "Thu, 31 Feb 2026 07:08:09 GMT",
            "05 Foo 2026",
            "2026-13-01",
            "0000-00-00",
        ),
        *("99999-01-01", "2026-03-05T99:99:99Z", "5 Mar 2026 25:00", "1" * 10_000, "9999-12-31T23:59:59-23:59"),
    ],
)
def test_other_text_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 +0000", "Wed, 30 Nov -0001 00:00:00 +0000", "01/01/0001"),
        *("0000-00-00 00:00:00", "1970-01-01", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 01:00:00 +01:00"),
        *("1970-01-01T01:00:00", "1969-12-31T19:00:00-05:00", "0000000000", "1900-01-01", "1899-12-30T00:00:00Z"),
        *("1601-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_a_placeholder_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize("text", ["1970-01-02", "1970-01-01T07:08:09Z", "1923-05-06", "2099-01-01"])
def test_old_and_future_dates_are_dates(text: str) -> None:
    assert parse_date(text) == datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(st.text(max_size=60) | st.text(alphabet="0123456789-/.:+ TZaprMJuneé月", max_size=40))
def test_any_text_gives_utc_or_none(text: str) -> None:
    date = parse_date(text)

    assert date is None or date.tzinfo is UTC


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1)).map(lambda at: at.replace(microsecond=0)),
    st.integers(-12 * 60, 14 * 60),
)
def test_formatted_dates_are_parsed_unchanged(at: datetime, minutes: int) -> None:
    at = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    for text in (at.isoformat(), format_datetime(at), f"{at:%d-%b-%Y %H:%M:%S %z}", f"{at:%Y/%m/%d %H:%M:%S %z}"):
        assert parse_date(text) == at.astimezone(UTC), text


@pytest.mark.parametrize("text", [*DATES, "2026-március-5T7:08+01:00", "Πεμ, 05 Μαρ 2026 07:08:09 EST"])
def test_every_date_that_feedparser_parses_is_parsed(text: str) -> None:
    item = f"<item><title>A</title><pubDate>{text}</pubDate></item>"
    document = f"<rss version='2.0'><channel><title>T</title>{item}</channel></rss>".encode()

    feed = parse_leniently(document, "https://a.example/")

    assert feed
    assert feed.items[0].published or not feedparser.parse(document).entries[0].get("published_parsed")
