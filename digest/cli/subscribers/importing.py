"""Everyone in a file becomes a subscriber: in groups, so that neither memory nor the store's lock grows with it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader
from itertools import islice

from digest.cli.errors import print_stderr
from digest.cli.subscribers.csv_reader import Refused, read_roster
from digest.model.errors import UsageError
from digest.store import Store, subscribers
from digest.store.subscribers import NewSubscriber

#: Lines read between two transactions: other processes get to write in between.
_GROUP = 1000


@dataclass(slots=True, kw_only=True)
class Enrolment:
    """How far it has come."""

    added: int = 0
    #: Who was there already, whether from before or from a line above.
    known: int = 0
    refused: int = 0
    #: Those of them that get no mail, and why.
    silent: dict[str, str] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        return self.added + self.known

    def __str__(self) -> str:
        return f"{self.added} added, {self.known} there already, {self.refused} refused"


def enrol(file: BufferedReader, store: Store, newsletter_id: str, *, as_json: bool = False) -> Enrolment:
    """Subscribe everyone in the file; tell what is refused as it is met, and at the end how many were taken."""
    done, found, refusals = Enrolment(), read_roster(file), []
    with _counting() as show:
        while group := list(islice(found, _GROUP)):
            refused = [line for line in group if isinstance(line, Refused)]
            newcomers = [line for line in group if isinstance(line, NewSubscriber)]
            _add(newcomers, store, newsletter_id, done)
            done.refused += len(refused)
            for line in refused:
                print_stderr(f"line {line.line}: {line.reason}")
            refusals += [{"line": line.line, "reason": line.reason} for line in refused if as_json]
            show(str(done))
    for address, reason in done.silent.items():
        print_stderr(f"{address} gets no mail: {reason}")
    if as_json:
        print(json.dumps({"added": done.added, "known": done.known, "refused": refusals}, ensure_ascii=False))
    print(done, file=sys.stderr)
    return done


def _add(newcomers: list[NewSubscriber], store: Store, newsletter_id: str, done: Enrolment) -> None:
    with store.begin() as conn:
        fresh = subscribers.add(conn, newcomers, newsletter_id, at=datetime.now(UTC))
        done.silent |= subscribers.suppression_reasons(conn, [newcomer.address for newcomer in newcomers])
    done.added += len(fresh)
    done.known += len(newcomers) - len(fresh)


@contextmanager
def opened(name: str) -> Iterator[BufferedReader]:
    """The file's bytes; ``-`` is stdin. Raises ``UsageError`` if it can't be opened."""
    if name == "-":
        yield sys.stdin.buffer  # type: ignore[misc]  # a terminal's or a pipe's is always buffered
        return
    try:
        file = open(name, "rb")  # noqa: SIM115, PTH123  # closed below, where its errors are not ours
    except OSError as error:
        raise UsageError(f"{name}: {error.strerror or error}") from error
    with file:
        yield file


@contextmanager
def _counting() -> Iterator[Callable[[str], None]]:
    """A line on stderr that says how far it is; none where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    with Console(stderr=True).status("reading") as status:
        yield status.update
