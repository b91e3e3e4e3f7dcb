"""How the sources are doing: what ``digest sources list`` and ``show`` print."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from digest.model import Source
from digest.settings import Settings
from digest.store import open_store
from digest.store.sources import Health
from digest.text.time_format import iso_utc, utc_date, utc_time

_WEEK = timedelta(days=7)
_TITLES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A source, and what is known of it; no health where it was never visited."""

    source: Source
    health: Health | None
    #: Entries that were new in the last seven days.
    week: int
    #: When its newest article was published; None where there is none.
    newest: datetime | None

    @property
    def state(self) -> str:
        """``new``, ``broken``, ``quiet`` (it works, and had nothing this week) or ``fine``."""
        if self.health is None:
            return "new"
        return "broken" if self.health.error else "fine" if self.week else "quiet"


def lines(found: Settings) -> tuple[Line, ...]:
    """One for each source in the settings, in their order; the store is only read."""
    from digest.store import articles, entries, sources

    with open_store(found.store.url, read_only=True) as store, store.read() as conn:
        moved = sources.moved_ids(conn, found.sources)
        healths = {health.id: health for health in sources.health(conn) if health.id not in moved}
        weeks = entries.counts(conn, since=datetime.now(UTC) - _WEEK)
        newest = articles.newest_published(conn)
    return tuple(
        Line(
            source=source,
            health=healths.get(source.id),
            week=weeks.get(source.id, 0),
            newest=newest.get(source.id),
        )
        for source in found.sources
    )


def as_table(known: Sequence[Line], *, now: datetime) -> Iterator[str]:
    """One line for each source, in columns; beneath it what is wrong with it, or since when it has been quiet."""
    rows = [_row(line, now) for line in known]
    widths = [max(len(row[column]) for row in rows) for column in range(5)] if rows else []
    for line, row in zip(known, rows, strict=True):
        yield "  ".join([text.ljust(width) for text, width in zip(row, widths, strict=True)] + [line.source.address])
        if line.health and line.health.error:
            since = f"failing since {utc_time(line.health.failing_since)}" if line.health.failing_since else ""
            yield f"        {': '.join(filter(None, (since, line.health.error)))}"
        elif line.state == "quiet" and line.newest:
            yield f"        nothing new since {utc_date(line.newest)}"


def _row(line: Line, now: datetime) -> tuple[str, ...]:
    """State, id, how much it brings, when it last worked, when it is visited next."""
    health = line.health or Health(id=line.source.id)
    worked = f"ok {_span(now - health.last_success)} ago" if health.last_success else "never ok"
    coming = (
        f"next in {_span(health.next_visit - now)}" if health.next_visit and health.next_visit > now else "next: due"
    )
    return line.state.ljust(6), line.source.id, f"{line.week:>4} a week", worked, coming


def _span(span: timedelta) -> str:
    """How long, to the largest unit."""
    minutes = max(round(span.total_seconds() / 60), 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def as_json(known: Sequence[Line]) -> str:
    """The same for scripts."""
    return json.dumps([_document(line) for line in known], ensure_ascii=False, indent=2)


def details(source: Source, found: Settings, *, as_json: bool) -> str:
    """All that is known of one source, and its newest titles."""
    line = next(line for line in lines(found) if line.source.id == source.id)
    document, newest = _document(line), _newest(source, found)
    if as_json:
        return json.dumps({**document, "newest": newest}, ensure_ascii=False, indent=2)
    facts = (f"{name.replace('_', ' ')}: {value}" for name, value in document.items() if value)
    return "\n".join([*facts, *(f"  {title}" for title in newest)])


def _document(line: Line) -> dict[str, str | int]:
    source, health = line.source, line.health or Health(id=line.source.id)
    return {
        "id": source.id,
        "address": source.address,
        "found_at": health.found_url,
        "title": source.title or health.title,
        "section": source.section,
        "state": line.state,
        "entries_this_week": line.week,
        "newest_article": iso_utc(line.newest),
        "last_success": iso_utc(health.last_success),
        "next_visit": iso_utc(health.next_visit),
        "failing_since": iso_utc(health.failing_since),
        "error": health.error,
    }


def _newest(source: Source, found: Settings) -> list[str]:
    from digest.clean.articles import clean
    from digest.store import entries

    with open_store(found.store.url, read_only=True) as store, store.read() as conn:
        stored = entries.for_source(conn, source.id)
    newest = sorted(stored, key=lambda entry: entry.published or entry.seen, reverse=True)[:_TITLES]
    return [article.title for article in clean(newest)]
