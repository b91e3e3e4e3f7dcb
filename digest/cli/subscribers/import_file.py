"""Import of subscribers from a CSV file, in batches, so that memory and transactions stay small."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
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
from digest.store.unsubscribes import REMOVED, Unsubscribe
from digest.text.time_format import utc_date

#: Records in a transaction; other processes can write between two of them.
_BATCH = 1000


@dataclass(slots=True, kw_only=True)
class ImportCounts:
    """Number of records read so far, by what became of them."""

    added: int = 0
    #: Subscribed already, before the import or by an earlier line.
    already_subscribed: int = 0
    refused: int = 0
    #: Former subscribers of the newsletter, who are not subscribed again.
    left_out: dict[str, Unsubscribe] = field(default_factory=dict)
    #: Accepted addresses that get no mail, with the reason.
    suppressed: dict[str, str] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return self.added + self.already_subscribed + len(self.left_out)

    def __str__(self) -> str:
        left_out = f"{len(self.left_out)} left out, " if self.left_out else ""
        return f"{self.added} added, {self.already_subscribed} already subscribed, {left_out}{self.refused} refused"


def import_subscribers(
    file: BufferedReader, store: Store, newsletter_id: str, *, as_json: bool = False, resubscribe: bool = False
) -> ImportCounts:
    """Subscribe everyone in the file; print each refused line when it is read, and the counts at the end.

    Former subscribers of the newsletter are left out, unless ``resubscribe``.
    """
    counts, records, refusals = ImportCounts(), read_subscribers(file), []
    with import_progress() as show_progress:
        while batch := list(islice(records, _BATCH)):
            refused = [record for record in batch if isinstance(record, RefusedLine)]
            new = [record for record in batch if isinstance(record, NewSubscriber)]
            _add(new, store, newsletter_id, counts, resubscribe=resubscribe)
            counts.refused += len(refused)
            for record in refused:
                print_stderr(f"line {record.line}: {record.reason}")
            refusals += [{"line": record.line, "reason": record.reason} for record in refused if as_json]
            show_progress(str(counts))
    for address, reason in counts.suppressed.items():
        print_stderr(f"{address} gets no mail: {reason}")
    print_left_out(counts.left_out, newsletter_id)
    if as_json:
        document = {
            "added": counts.added,
            "known": counts.already_subscribed,
            "left_out": [
                {"address": address, "reason": unsubscribe.reason} for address, unsubscribe in counts.left_out.items()
            ],
            "refused": refusals,
        }
        print(json.dumps(document, ensure_ascii=False))
    print(counts, file=sys.stderr)
    return counts


def _add(
    new: list[NewSubscriber], store: Store, newsletter_id: str, counts: ImportCounts, *, resubscribe: bool
) -> None:
    with store.begin() as conn:
        result = subscribers.add(conn, new, newsletter_id, at=datetime.now(UTC), resubscribe=resubscribe)
        counts.suppressed |= subscribers.suppression_reasons(conn, [subscriber.address for subscriber in new])
    left_out = {subscribers.normalize_address(address) for address in result.left_out}
    counts.left_out |= result.left_out
    counts.added += len(result.added)
    accepted = sum(subscribers.normalize_address(subscriber.address) not in left_out for subscriber in new)
    counts.already_subscribed += accepted - len(result.added)


def print_left_out(left_out: Mapping[str, Unsubscribe], newsletter_id: str) -> None:
    """Print the former subscribers that were not subscribed again, and the option that does it."""
    for number, (address, unsubscribe) in enumerate(left_out.items(), start=1):
        what = "was removed from" if unsubscribe.reason == REMOVED else "unsubscribed from"
        is_last = number == len(left_out)
        hint = "if they want it again, use --resubscribe" if is_last else ""
        print_stderr(f"{address} is left out: it {what} {newsletter_id} on {utc_date(unsubscribe.since)}", hint)


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
