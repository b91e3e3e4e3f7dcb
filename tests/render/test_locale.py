"""Labels, dates and times in every language of the templates."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from digest.render import RenderOptions, render
from digest.render.locale import labels_for, languages, long_date, short_time
from tests.support.digests import digest

TODAY = datetime(2026, 3, 1, 7, 5, tzinfo=UTC)


@pytest.mark.parametrize("language", languages())
def test_a_language_has_every_label_and_placeholder(language: str) -> None:
    labels = labels_for(language)

    assert (len(labels.months), len(labels.weekdays)) == (12, 7)
    assert "{n}" in labels.reading_time
    assert "{n}" in labels.and_more
    assert "{n}" in labels.story_count
    assert "{source}" in labels.read_in
    assert {"{day}", "{month}", "{year}"} <= {
        part for part in ("{day}", "{month}", "{year}") if part in labels.date_format
    }
    assert all(getattr(labels, name) for name in labels.__dataclass_fields__)


@pytest.mark.parametrize(
    ("language", "date"),
    [
        ("en", "Sunday, 1 March 2026"),
        ("de", "Sonntag, 1. März 2026"),
        ("fr", "dimanche 1 mars 2026"),
        ("es", "domingo, 1 de marzo de 2026"),
        ("it", "domenica 1 marzo 2026"),
        ("nl", "zondag 1 maart 2026"),
        ("pt", "domingo, 1 de março de 2026"),
        ("pl", "niedziela, 1 marca 2026"),
        ("ar", "الأحد 1 مارس 2026"),
        ("ja", "2026年3月1日（日曜日）"),
        ("cy", "Sunday, 1 March 2026"),
    ],
)
def test_dates_follow_the_language(language: str, date: str) -> None:
    assert long_date(TODAY, labels_for(language)) == date


@pytest.mark.parametrize(
    ("moment", "time"),
    [
        pytest.param(TODAY.replace(hour=0), "00:05", id="the same day"),
        pytest.param(TODAY.replace(month=2, day=28), "28. Februar, 07:05", id="the day before"),
        pytest.param(TODAY.replace(year=2025), "1. März 2025", id="another year"),
    ],
)
def test_a_time_has_a_date_only_on_another_day(moment: datetime, time: str) -> None:
    assert short_time(moment, TODAY, labels_for("de")) == time


@pytest.mark.parametrize("language", languages())
def test_an_edition_is_labelled_in_its_language(language: str) -> None:
    edition = render(digest(language=language), RenderOptions())

    for label in (labels_for(language).also_today, labels_for(language).promise):
        assert label in edition.html
        assert label in " ".join(edition.text.split())
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in edition.html
    assert f'<body lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in edition.html
