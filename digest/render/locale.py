"""The templates' own words, in the edition's language (``templates/words.toml``), and how it writes dates."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from digest.settings import shipped_files

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a template says by itself in one language."""

    language: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    date: str
    day: str
    minutes: str
    contents: str
    also: str
    update: str
    other: str
    more: str
    others: str
    nothing: str
    untitled: str
    left_out: str
    failures: str
    reason: str
    web: str
    archive: str
    preferences: str
    unsubscribe: str


def words(language: str) -> Words:
    """The words for a language; English where it has none."""
    catalogue = _catalogue()
    return catalogue.get(language, catalogue["en"])


def languages() -> tuple[str, ...]:
    """The languages that the templates speak."""
    return tuple(_catalogue())


def long_date(moment: datetime, said: Words) -> str:
    """``Sunday, 29 March 2026``."""
    return _dated(said.date, moment, said)


def short_time(moment: datetime, today: datetime, said: Words) -> str:
    """``07:05`` on the edition's own day, otherwise ``28 March, 07:05``, or ``28 March 2025`` in another year."""
    if moment.date() == today.date():
        return f"{moment:%H:%M}"
    day = _dated(said.day, moment, said)
    return f"{day}, {moment:%H:%M}" if moment.year == today.year else f"{day} {moment.year}"


def direction(language: str) -> str:
    """``ltr`` or ``rtl``."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"


def _dated(pattern: str, moment: datetime, said: Words) -> str:
    return pattern.format(
        weekday=said.weekdays[moment.weekday()],
        day=moment.day,
        month=said.months[moment.month - 1],
        year=moment.year,
    )


@functools.cache
def _catalogue() -> dict[str, Words]:
    with (shipped_files.templates() / "words.toml").open("rb") as file:
        return {language: _frozen(language, section) for language, section in tomllib.load(file).items()}


def _frozen(language: str, section: dict[str, Any]) -> Words:
    months, weekdays = tuple(section.pop("months")), tuple(section.pop("weekdays"))
    return Words(language=language, months=months, weekdays=weekdays, **section)
