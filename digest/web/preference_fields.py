"""Fields of a subscriber's wishes in forms: frequency, time and topics of a newsletter, muted sources, and a zone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from digest.model.audiences import MAX_TOPIC_LENGTH, MAX_TOPICS, ReadingPreferences
from digest.model.errors import UsageError
from digest.pipeline.preference_values import parse_frequency, parse_timezone, parse_topics
from digest.render.locale import labels_for
from digest.web.pages import PageRequest, Site

#: Times of day to choose from.
TIMES = tuple(f"{hour:02}:00" for hour in range(24))
_USUAL_TIME = "07:00"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CHOICES = ("daily", "weekdays", *(f"weekly {day}" for day in _WEEKDAYS), "monthly 1")
_SIMPLE = re.compile(rf"(?P<days>{'|'.join(_CHOICES)}) (?P<time>\d\d:\d\d)")
#: Characters of a text field that are read.
_MAX_TEXT = MAX_TOPICS * (MAX_TOPIC_LENGTH + 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceFields:
    """The fields of one newsletter, as chosen or as typed."""

    #: After the names of the fields: several newsletters stand in one form.
    suffix: str = ""
    #: ``daily``, ``weekly mon`` …; a whole schedule that is none of the choices; empty for as published.
    days: str = ""
    time: str = _USUAL_TIME
    topics: str = ""
    muted: frozenset[str] = frozenset()
    #: ``on``, ``off``, or empty for as published.
    alerts: str = ""
    #: In plain words, by field.
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def times(self) -> Sequence[str]:
        """The times to choose from, the present one among them."""
        return sorted({*TIMES, self.time})

    @property
    def is_open(self) -> bool:
        """Whether anything is chosen or wrong, so that the fields must be seen."""
        return bool(self.days or self.topics or self.muted or self.alerts or self.problems)


def fields_of(preferences: ReadingPreferences, *, suffix: str = "") -> PreferenceFields:
    """The fields as they show these wishes."""
    match = _SIMPLE.fullmatch(preferences.frequency)
    return PreferenceFields(
        suffix=suffix,
        days=match["days"] if match else preferences.frequency,
        time=match["time"] if match else _USUAL_TIME,
        topics=", ".join(preferences.topics),
        muted=frozenset(preferences.muted),
        alerts=preferences.alerts,
    )


def read_fields(site: Site, request: PageRequest, present: PreferenceFields) -> PreferenceFields:
    """The fields as they came back, with their problems; fields that the form hasn't stay as they are."""
    suffix = present.suffix

    def value(name: str, default: str) -> str:
        return request.field(f"{name}{suffix}")[:_MAX_TEXT] if f"{name}{suffix}" in request.form else default

    days, time = value("days", present.days), value("time", present.time)
    has_sources = f"sources{suffix}" in request.form
    muted = frozenset(request.form.get(f"mute{suffix}", ())) if has_sources else present.muted
    topics, alerts = value("topics", present.topics), value("alerts", present.alerts)
    fields = replace(present, days=days, time=time, topics=topics, muted=muted, alerts=alerts)
    problems: dict[str, str] = {}
    if days not in {"", present.days, *_CHOICES} or not _is_valid(parse_frequency, _schedule(fields)):
        problems["days"] = site.translate("Please choose one of these.")
    if not _is_valid(parse_topics, fields.topics):
        problems["topics"] = site.translate(
            "At most %(topics)s topics of %(characters)s characters, with commas between.",
            topics=MAX_TOPICS,
            characters=MAX_TOPIC_LENGTH,
        )
    return replace(fields, time=time if re.fullmatch(r"\d\d:\d\d", time) else _USUAL_TIME, problems=problems)


def to_preferences(fields: PreferenceFields, *, timezone: str, sources: Sequence[str]) -> ReadingPreferences:
    """The wishes in fields without problems; unknown sources are left out."""
    return ReadingPreferences.of(
        frequency=parse_frequency(_schedule(fields)),
        timezone=timezone,
        topics=parse_topics(fields.topics),
        muted=fields.muted & frozenset(sources),
        alerts=fields.alerts,
    )


def read_zone(site: Site, request: PageRequest, present: str) -> tuple[str, str]:
    """The zone that was chosen, and what is wrong with it."""
    zone = request.field("timezone")[:100] if "timezone" in request.form else present
    return zone, "" if _is_valid(parse_timezone, zone) else site.translate("Please choose one of these.")


def frequency_choices(site: Site, fields: PreferenceFields) -> list[tuple[str, str]]:
    """Values and labels of the frequencies to choose from."""
    names = dict(zip(_WEEKDAYS, labels_for(site.language).weekdays, strict=True))
    labels = {
        "": site.translate("As published"),
        "daily": site.translate("Every day"),
        "weekdays": site.translate("Monday to Friday"),
        **{f"weekly {day}": site.translate("Once a week, on %(day)s", day=names[day]) for day in _WEEKDAYS},
        "monthly 1": site.translate("Once a month, on the first"),
    }
    return list((labels | ({} if fields.days in labels else {fields.days: fields.days})).items())


def _schedule(fields: PreferenceFields) -> str:
    return f"{fields.days} {fields.time}" if fields.days in _CHOICES else fields.days


def _is_valid(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except UsageError:
        return False
    return True
