"""State of the sources, as ``digest sources list`` and ``digest sources show`` print it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from digest.cli import history
from digest.cli.sources.mails import mail_lines, mails_document
from digest.model.newsletters import Source
from digest.pipeline.history import read_source_days
from digest.pipeline.mail_senders import has_senders, read_source_mails
from digest.pipeline.source_states import SourceState, newest_titles, source_states
from digest.settings import Settings
from digest.store import open_store
from digest.store.sources import Health
from digest.text.sparkline import levels_for
from digest.text.time_format import iso_utc, utc_date, utc_time


def read_states(settings: Settings) -> tuple[SourceState, ...]:
    """Read the states of the sources in the settings, in their order."""
    with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
        return source_states(conn, settings, now=datetime.now(UTC))


def as_table(states: Sequence[SourceState], *, now: datetime) -> Iterator[str]:
    """Return a line for each source, in columns; below it its error, or since when it has been quiet."""
    rows = [_row(state, now) for state in states]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for state, row in zip(states, rows, strict=True):
        cells = [text.ljust(width) for text, width in zip(row, widths, strict=True)]
        yield "  ".join([*cells, state.source.address])
        health = state.health
        if health and health.error:
            since = f"failing since {utc_time(health.failing_since)}" if health.failing_since else ""
            yield f"        {': '.join(filter(None, (since, health.error)))}"
        elif state.name == "quiet" and state.newest:
            yield f"        nothing new since {utc_date(state.newest)}"


def _row(state: SourceState, now: datetime) -> tuple[str, ...]:
    """Return state, id, entries in a week, last success and next fetch."""
    health = state.health or Health(id=state.source.id)
    last = f"ok {_format_span(now - health.last_success)} ago" if health.last_success else "never ok"
    wait = health.next_visit - now if health.next_visit else timedelta()
    coming = f"next in {_format_span(wait)}" if wait > timedelta() else "next: due"
    return state.name.ljust(6), state.source.id, f"{state.entries_this_week:>4} a week", last, coming


def _format_span(span: timedelta) -> str:
    """``119 min``, ``47 h``, ``2 days``"""
    minutes = max(round(span.total_seconds() / 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def as_json(states: Sequence[SourceState]) -> str:
    """Return the states as a JSON array."""
    return json.dumps([_document(state) for state in states], ensure_ascii=False, indent=2)


def details(source: Source, settings: Settings, *, as_json: bool) -> str:
    """Return one source's state, history and newest titles, as text or JSON."""
    now = datetime.now(UTC)
    with open_store(settings.store.url, read_only=True) as store, store.read() as conn:
        states = source_states(conn, settings, now=now)
        days = read_source_days(conn, [source.id], now=now, days=history.DAYS)[source.id]
        newest = list(newest_titles(conn, source.id))
        mails = read_source_mails(conn, source) if has_senders(source) else None
    document = _document(next(state for state in states if state.source.id == source.id))
    if as_json:
        by_day = [history.day_document(day) for day in days]
        of_mails = mails_document(mails) if mails else {}
        return json.dumps({**document, "history": by_day, "newest": newest, **of_mails}, ensure_ascii=False, indent=2)
    fields = (f"{name.replace('_', ' ')}: {value}" for name, value in document.items() if value)
    drawing = history.drawing(days, levels_for(sys.stdout.encoding)) if sys.stdout.isatty() else ()
    titles = (f"  {title}" for title in newest)
    return "\n".join([*fields, history.summary(days), *drawing, *titles, *(mail_lines(mails) if mails else ())])


def _document(state: SourceState) -> dict[str, str | int]:
    source, health = state.source, state.health or Health(id=state.source.id)
    return {
        "id": source.id,
        "address": source.address,
        "found_at": health.found_url,
        "title": source.title or health.title,
        "section": source.section,
        "state": state.name,
        "entries_this_week": state.entries_this_week,
        "newest_article": iso_utc(state.newest),
        "last_success": iso_utc(health.last_success),
        "next_visit": iso_utc(health.next_visit),
        "failing_since": iso_utc(health.failing_since),
        "error": health.error,
    }
