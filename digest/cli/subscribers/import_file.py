"""Import of subscribers from a CSV file, in batches, so that memory and transactions stay small."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from itertools import islice
from pathlib import Path

from digest.cli.errors import print_stderr
from digest.cli.progress import import_progress
from digest.cli.subscribers.contact_status import Exclusion
from digest.cli.subscribers.csv_reader import ExcludedLine, Record, RefusedLine, read_subscribers
from digest.cli.subscribers.import_preferences import Wishes, split_preferences, store_preferences
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.settings import Settings
from digest.store import Store, subscribers
from digest.store.subscribers import AddResult, NewSubscriber
from digest.store.unsubscribes import REMOVED, Unsubscribe
from digest.text.mail_header import clean_header
from digest.text.time_format import utc_date

#: Records in a transaction; other processes can write between two of them.
_BATCH = 1000
#: Mailchimp's file of contacts who never subscribed; its lines don't say so.
_NONSUBSCRIBED_FILE = re.compile(r"(?:^|[/\\])nonsubscribed_\w+_export\w*\.csv$")
#: Lines left out that are named on stderr; ``--json`` has all.
_MAX_NAMED = 20

#: Bytes read from stdin: at once, and at most.
_CHUNK, _MAX_BYTES = 1_000_000, 100_000_000


@dataclass(slots=True, kw_only=True)
class ImportCounts:
    """Number of records read so far, by what became of them."""

    added: int = 0
    #: Subscribed already, before the import or by an earlier line.
    already_subscribed: int = 0
    refused: int = 0
    #: Former subscribers of the newsletter, who are not subscribed again.
    former: dict[str, Unsubscribe] = field(default_factory=dict)
    #: Addresses that get no mail, as the file says.
    excluded: Counter[Exclusion] = field(default_factory=Counter)
    #: The columns that say so.
    status_columns: Counter[str] = field(default_factory=Counter)
    #: Accepted addresses that get no mail, with the reason.
    suppressed: dict[str, str] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return len(self.former) + self.excluded.total()

    @property
    def has_read_any(self) -> bool:
        """Whether any line was not refused."""
        return bool(self.added or self.already_subscribed or self.left_out)

    def __str__(self) -> str:
        reasons = [f"{len(self.former)} had left"] if self.former else []
        reasons += [f"{number} {exclusion} in the file" for exclusion, number in self.excluded.items()]
        left_out = f"{self.left_out} left out ({', '.join(reasons)}), " if reasons else ""
        return f"{self.added} added, {self.already_subscribed} already subscribed, {left_out}{self.refused} refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """What an import does, and how it reports."""

    as_json: bool = False
    #: Subscribe former subscribers of the newsletter, too.
    resubscribe: bool = False
    #: Count only; change nothing.
    dry_run: bool = False


def import_subscribers(
    file: BufferedReader, store: Store, options: ImportOptions, *, newsletter: Newsletter, settings: Settings
) -> ImportCounts:
    """Subscribe everyone in the file; print each refused line when it is read, and the counts at the end.

    Left out are addresses that get no mail, as the file says, and former subscribers, unless ``resubscribe``.
    """
    newsletter_id = newsletter.id
    counts, records, seen = ImportCounts(), read_subscribers(file), set[str]()
    documents: dict[str, list[dict[str, object]]] = {"left_out": [], "refused": []}
    with import_progress() as show_progress:
        while batch := list(islice(records, _BATCH)):
            new, wishes = split_preferences(record for record in batch if isinstance(record, NewSubscriber))
            if options.dry_run:
                result = _plan_add(new, store, newsletter_id, seen, resubscribe=options.resubscribe)
            else:
                result = _add(
                    new, wishes, store, newsletter=newsletter, settings=settings, resubscribe=options.resubscribe
                )
            _count_added(new, result, counts)
            with store.read() as conn:
                counts.suppressed |= subscribers.suppression_reasons(conn, [subscriber.address for subscriber in new])
            _count_others(batch, counts)
            if options.as_json:
                documents["left_out"] += _left_out_documents(batch, result.left_out)
                documents["refused"] += [
                    {"line": record.line, "reason": record.reason}
                    for record in batch
                    if isinstance(record, RefusedLine)
                ]
            show_progress(str(counts))
    _print_results(counts, newsletter_id)
    if options.as_json:
        document = {"added": counts.added, "known": counts.already_subscribed, **documents}
        print(json.dumps(document, ensure_ascii=False))
    print(f"dry run, nothing is changed: {counts}" if options.dry_run else counts, file=sys.stderr)
    return counts


def _add(
    new: Sequence[NewSubscriber],
    wishes: Wishes,
    store: Store,
    *,
    newsletter: Newsletter,
    settings: Settings,
    resubscribe: bool,
) -> AddResult:
    now = datetime.now(UTC)
    with store.begin() as conn:
        result = subscribers.add(conn, new, newsletter.id, at=now, resubscribe=resubscribe)
        store_preferences(conn, result.added, wishes, newsletter=newsletter, settings=settings, at=now)
    return result


def _plan_add(
    new: Sequence[NewSubscriber], store: Store, newsletter_id: str, seen: set[str], *, resubscribe: bool
) -> AddResult:
    """The result that adding would have; ``seen`` has the addresses that earlier batches would add."""
    with store.read() as conn:
        unseen = [subscriber for subscriber in new if subscribers.normalize_address(subscriber.address) not in seen]
        result = subscribers.plan_add(conn, unseen, newsletter_id, resubscribe=resubscribe)
    seen.update(map(subscribers.normalize_address, result.added))
    return result


def _count_added(new: Sequence[NewSubscriber], result: AddResult, counts: ImportCounts) -> None:
    former = set(map(subscribers.normalize_address, result.left_out))
    accepted = sum(subscribers.normalize_address(subscriber.address) not in former for subscriber in new)
    counts.former |= result.left_out
    counts.added += len(result.added)
    counts.already_subscribed += accepted - len(result.added)


def _count_others(batch: Sequence[Record], counts: ImportCounts) -> None:
    """Count lines that are excluded or refused; print them."""
    for record in batch:
        match record:
            case ExcludedLine():
                counts.excluded[record.exclusion] += 1
                counts.status_columns[record.column] += 1
                if counts.excluded.total() <= _MAX_NAMED:
                    print_stderr(f"line {record.line}: {record.address} is left out: {record.exclusion}")
            case RefusedLine():
                counts.refused += 1
                print_stderr(f"line {record.line}: {record.reason}")


def _left_out_documents(batch: Sequence[Record], former: Mapping[str, Unsubscribe]) -> Iterator[dict[str, object]]:
    for address, unsubscribe in former.items():
        yield {"address": address, "reason": unsubscribe.reason, "column": ""}
    for record in batch:
        if isinstance(record, ExcludedLine):
            yield {"address": record.address, "reason": record.exclusion, "column": record.column}


def _print_results(counts: ImportCounts, newsletter_id: str) -> None:
    for address, reason in counts.suppressed.items():
        print_stderr(f"{address} gets no mail: {reason}")
    print_former_subscribers(counts.former, newsletter_id)
    if counts.excluded:
        numbers = ", ".join(f"{number} {exclusion}" for exclusion, number in counts.excluded.items())
        columns = ", ".join(repr(clean_header(column, 30)) for column in counts.status_columns)
        message = f"left out, because the file says so in {columns}: {numbers}"
        print_stderr(message, "if these addresses should get mail all the same, delete those columns")


def print_former_subscribers(former: Mapping[str, Unsubscribe], newsletter_id: str) -> None:
    """Print the former subscribers that were left out, and the option that subscribes them."""
    for number, (address, unsubscribe) in enumerate(former.items(), start=1):
        verb = "was removed from" if unsubscribe.reason == REMOVED else "unsubscribed from"
        hint = "to subscribe those who want it again, use --resubscribe" if number == len(former) else ""
        print_stderr(f"{address} is left out: it {verb} {newsletter_id} on {utc_date(unsubscribe.since)}", hint)


@contextmanager
def open_file(name: str) -> Iterator[BufferedReader]:
    """Open the file for reading bytes; ``-`` is stdin, copied so that it can be rewound. Raises ``UsageError``."""
    if name == "-":
        with tempfile.TemporaryFile() as copy:
            while chunk := sys.stdin.buffer.read(_CHUNK):
                copy.write(chunk)
                if copy.tell() > _MAX_BYTES:
                    raise UsageError(f"stdin: more than {_MAX_BYTES:,} bytes, too big for a list of subscribers")
            copy.seek(0)
            yield copy  # type: ignore[misc]  # it is a reader and a writer
        return
    if _NONSUBSCRIBED_FILE.search(name):
        message = f"{name}: Mailchimp gives this name to contacts who never subscribed"
        raise UsageError(message, hint="import the file that begins with 'subscribed', or rename this one")
    if Path(name).exists() and not Path(name).is_file():
        raise UsageError(f"{name}: not a regular file", hint="name a CSV file, or '-' to read stdin")
    try:
        file = open(name, "rb")  # noqa: SIM115, PTH123  # closed below, where its errors are not ours
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    with file:
        yield file
