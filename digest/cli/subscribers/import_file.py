"""Import of subscribers from a CSV file, in batches, so that memory and transactions stay small."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from itertools import islice

from digest.cli.errors import print_stderr
from digest.cli.progress import import_progress
from digest.cli.subscribers.csv_reader import RefusedLine, read_subscribers
from digest.model.errors import UsageError
from digest.store import Store, subscribers
from digest.store.subscribers import NewSubscriber

#: Records in a transaction; other processes can write between two of them.
_BATCH = 1000


@dataclass(slots=True, kw_only=True)
class ImportCounts:
    """Number of records read so far, by what became of them."""

    added: int = 0
    #: Subscribed already, before the import or by an earlier line.
    already_subscribed: int = 0
    refused: int = 0
    #: Accepted addresses that get no mail, with the reason.
    suppressed: dict[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.added + self.already_subscribed

    def __str__(self) -> str:
        return f"{self.added} added, {self.already_subscribed} already subscribed, {self.refused} refused"


def import_subscribers(
    file: BufferedReader, store: Store, newsletter_id: str, *, as_json: bool = False
) -> ImportCounts:
    """Subscribe everyone in the file; print each refused line when it is read, and the counts at the end."""
    counts, records, refusals = ImportCounts(), read_subscribers(file), []
    with import_progress() as show_progress:
        while batch := list(islice(records, _BATCH)):
            refused = [record for record in batch if isinstance(record, RefusedLine)]
            _add([record for record in batch if isinstance(record, NewSubscriber)], store, newsletter_id, counts)
            counts.refused += len(refused)
            for record in refused:
                print_stderr(f"line {record.line}: {record.reason}")
            refusals += [{"line": record.line, "reason": record.reason} for record in refused if as_json]
            show_progress(str(counts))
    for address, reason in counts.suppressed.items():
        print_stderr(f"{address} gets no mail: {reason}")
    if as_json:
        document = {"added": counts.added, "known": counts.already_subscribed, "refused": refusals}
        print(json.dumps(document, ensure_ascii=False))
    print(counts, file=sys.stderr)
    return counts


def _add(new: list[NewSubscriber], store: Store, newsletter_id: str, counts: ImportCounts) -> None:
    with store.begin() as conn:
        added = subscribers.add(conn, new, newsletter_id, at=datetime.now(UTC))
        counts.suppressed |= subscribers.suppression_reasons(conn, [subscriber.address for subscriber in new])
    counts.added += len(added)
    counts.already_subscribed += len(new) - len(added)


@contextmanager
def open_file(name: str) -> Iterator[BufferedReader]:
    """Open the file for reading bytes; ``-`` is stdin. Raises ``UsageError``."""
    if name == "-":
        yield sys.stdin.buffer  # type: ignore[misc]  # a terminal's or a pipe's is always buffered
        return
    try:
        file = open(name, "rb")  # noqa: SIM115, PTH123  # closed below, where its errors are not ours
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    with file:
        yield file
