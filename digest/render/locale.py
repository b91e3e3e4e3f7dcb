"""Labels of the templates in each language (``templates/locales.toml``), and formats of dates."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from digest.settings import shipped_files

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A template's own texts in one language."""

    language: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    date_format: str
    short_date_format: str
    reading_time: str
    contents: str
    also_today: str
    also_in_this_edition: str
    story_count: str
    read_in: str
    in_brief: str
    related_articles: str
    update: str
    alert: str
    other_stories: str
    more_stories: str
    and_more: str
    no_stories: str
    closing: str
    corrections: str
    correction_before: str
    correction_after: str
    correction_removed: str
    correction_note: str
    untitled: str
    left_out: str
    failures: str
    useful: str
    yes: str
    no: str
    feedback: str
    promise: str
    #: Heading of an editor's note, with ``{name}``.
    note: str
    #: Of an EPUB that would be too large.
    images_left_out: str
    subscription_reason: str
    forwarded: str
    subscribe: str
    web: str
    archive: str
    preferences: str
    unsubscribe: str


def labels_for(language: str) -> Labels:
    """Labels in a language; in English where there is no translation."""
    locales = _locales()
    return locales.get(language, locales["en"])


def languages() -> tuple[str, ...]:
    """Languages that the templates are translated into."""
    return tuple(_locales())


def long_date(moment: date, labels: Labels) -> str:
    """``Sunday, 29 March 2026``."""
    return _format_date(labels.date_format, moment, labels)


def short_date(day: date, labels: Labels) -> str:
    """``29 March``."""
    return _format_date(labels.short_date_format, day, labels)


def month_of_year(day: date, labels: Labels) -> str:
    """``March 2026``."""
    return f"{labels.months[day.month - 1]} {day.year}"


def short_time(moment: datetime, today: datetime, labels: Labels) -> str:
    """``07:05`` on the edition's own day, otherwise ``28 March, 07:05``, or ``28 March 2025`` in another year."""
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    day = short_date(moment, labels)
    return f"{day}, {moment:%H:%M}" if moment.year == today.year else f"{day} {moment.year}"


def direction(language: str) -> str:
    """``ltr`` or ``rtl``."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def _format_date(pattern: str, moment: date, labels: Labels) -> str:
    return pattern.format(
        weekday=labels.weekdays[moment.weekday()],
        day=moment.day,
        month=labels.months[moment.month - 1],
        year=moment.year,
    )


@functools.cache
def _locales() -> dict[str, Labels]:
    with (shipped_files.templates() / "locales.toml").open("rb") as file:
        return {language: _labels(language, section) for language, section in tomllib.load(file).items()}


def _labels(language: str, section: dict[str, Any]) -> Labels:
    months, weekdays = tuple(section.pop("months")), tuple(section.pop("weekdays"))
    return Labels(language=language, months=months, weekdays=weekdays, **section)
