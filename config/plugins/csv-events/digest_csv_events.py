"""Collector of events from a CSV file with the columns ``date``, ``title``, ``text`` and ``url``.

[[sources]]
id = "events"
path = "events.csv"
collector = "csv-events"
options = { delimiter = ";" }
"""

import csv
from datetime import UTC, datetime

from digest.model.articles import BodyFormat, Entry
from digest.model.errors import SourceError
from digest.model.newsletters import Source
from digest.model.protocols import Collected, FetchState, KnownGuids


def collect(source: Source, state: FetchState, known_guids: KnownGuids, delimiter: str = ",") -> Collected:
    if source.path is None:
        raise SourceError("set path to a CSV file")
    try:
        with source.path.open(encoding="utf-8", newline="") as file:
            entries = [_entry(row, source) for row in csv.DictReader(file, delimiter=delimiter)]
    except (OSError, ValueError, KeyError) as error:
        raise SourceError(f"{source.path.name} can't be read as a table of events: {error!r}") from error
    return Collected(source=source, entries=tuple(entries), title=source.path.stem)


def _entry(row: dict[str, str], source: Source) -> Entry:
    published = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
    return Entry(
        source_id=source.id,
        guid=f"{row['date']} {row['title']}",
        url=row["url"],
        title=row["title"],
        body=row["text"],
        form=BodyFormat.TEXT,
        seen=published,
        published=published,
        source="",
    )
