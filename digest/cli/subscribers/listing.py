"""A newsletter's readers as ``digest subscribers`` prints them: line by line, however many there are."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from digest.store.subscribers import Subscription
from digest.text.time_format import iso_utc, utc_date


def as_table(known: Iterable[Subscription]) -> Iterator[str]:
    """One line for each, for people."""
    for reader in known:
        person = reader.subscriber
        silent = f"no mail: {reader.suppressed}" if reader.suppressed else ""
        facts = (utc_date(reader.since), _spelled(person.address), person.name, silent)
        yield "  ".join(filter(None, facts))


def as_json(known: Iterable[Subscription]) -> Iterator[str]:
    """The same for scripts: a list, an object on each line."""
    opening = "["
    for reader in known:
        yield opening + json.dumps(_document(reader), ensure_ascii=False)
        opening = ","
    yield "]" if opening == "," else "[]"


def _document(reader: Subscription) -> dict[str, object]:
    person = reader.subscriber
    return {
        "address": person.address,
        "name": person.name,
        "preferences": dict(person.preferences),
        "since": iso_utc(reader.since),
        "suppressed": reader.suppressed,
    }


def columns(known: Iterable[Subscription]) -> tuple[str, ...]:
    """The preferences that any of them has: a table's columns beside address and name."""
    return tuple(sorted({name for reader in known for name in reader.subscriber.preferences}))


def as_csv(known: Iterable[Subscription], preferences: Sequence[str]) -> Iterator[str]:
    """Those that get mail, as 'digest subscribers import' reads it."""
    yield _row(["email", "name", *preferences])
    for reader in known:
        person = reader.subscriber
        if not reader.suppressed:
            yield _row([person.address, person.name, *(person.preferences.get(name, "") for name in preferences)])


def _row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _spelled(address: str) -> str:
    """The address with its domain as people know it."""
    if "xn--" not in address:
        return address
    import idna

    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address
