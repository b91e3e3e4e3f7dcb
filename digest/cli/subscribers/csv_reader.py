"""Reader of subscribers' files: CSV as spreadsheets write it, or one address on each line.

The first line names the columns: ``email``, and optionally ``name``; every other column is a preference. A line that
is wrong is refused with its reason, and the lines around it are read. Only a few lines are in memory at a time.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from itertools import chain, islice

from digest.model.errors import UsageError
from digest.model.mailbox import AddressError, Mailbox
from digest.store.subscribers import NewSubscriber
from digest.text.mail_header import clean_header

#: Characters of the longest line, and lines of the longest record: a quotation mark never closed must come to an end.
_MAX_LINE, _MAX_RECORD_LINES = 20_000, 20
_EMAIL_COLUMNS = {"email", "emailaddress", "mail"}
_UNCLOSED = "a quotation mark is opened and never closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """Line of the file that is no subscriber, with the reason."""

    line: int
    reason: str


def read_subscribers(file: BufferedReader) -> Iterator[NewSubscriber | RefusedLine]:
    """Read the file's records in order. Raises ``UsageError`` if its first line names no column ``email``."""
    lines = _lines(file)
    number, first = 1, next(lines, "")
    if declaration := re.fullmatch(r"sep=(.)\s*", first):  # spreadsheets read the delimiter from such a line
        number, first = 2, next(lines, "")
    delimiter = declaration[1] if declaration else _guess_delimiter(first)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if _is_address(header):
        yield from _records(chain([first], lines), _Layout(columns=("email",), delimiter=delimiter), number)
    else:
        yield from _records(lines, _Layout(columns=_column_names(header), delimiter=delimiter), number + 1)


# --- lines -------------------------------------------------------------------------------------------------------


def _lines(file: BufferedReader) -> Iterator[str]:
    """Decode lines in UTF-8, UTF-16 or Windows-1252, with any line ending; overlong lines are cut."""
    is_utf16 = file.peek(2)[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encoding, errors = ("utf-16", "replace") if is_utf16 else ("utf-8-sig", "surrogateescape")
    text = TextIOWrapper(file, encoding=encoding, errors=errors)
    try:
        while line := text.readline(_MAX_LINE):
            tail = line
            while tail and not tail.endswith("\n"):
                tail = text.readline(_MAX_LINE)
            yield _decode_invalid_utf8(line)
    finally:
        if not file.closed:
            text.detach()  # the caller closes the file


def _decode_invalid_utf8(line: str) -> str:
    """Decode a line that is not UTF-8 as Windows-1252."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return line


def _guess_delimiter(first: str) -> str:
    """Return the most frequent delimiter of the first line, outside of quotation marks."""
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=unquoted.count)


# --- columns -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Columns and delimiter of a file; a column without a name is not read."""

    columns: tuple[str, ...]
    delimiter: str


def _is_address(header: Sequence[str]) -> bool:
    """Is the first line an address, so that the file has no header?"""
    try:
        return len(header) == 1 and bool(Mailbox.parse(header[0]))
    except AddressError:
        return False


def _column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns' names in lower case. Raises ``UsageError`` unless there is just one ``email``."""
    names = tuple(map(_column_name, header))
    non_empty = [name for name in names if name]
    if names.count("email") == 1 and len(non_empty) == len(set(non_empty)):
        return names
    columns = ", ".join(repr(clean_header(name, 30)) for name in header[:10]) or "nothing"
    hint = "the first line names the columns, each once: email,name"
    if header and header[0].startswith("PK\x03\x04"):
        hint = "this is a spreadsheet's own format: save it as CSV"
    raise UsageError(f"one column must be called 'email'; the first line has {columns}", hint=hint)


def _column_name(text: str) -> str:
    name = clean_header(text).casefold()
    return "email" if re.sub(r"[^a-z]", "", name) in _EMAIL_COLUMNS else name


# --- records -----------------------------------------------------------------------------------------------------


def _records(lines: Iterator[str], layout: _Layout, number: int) -> Iterator[NewSubscriber | RefusedLine]:
    """Parse the records; ``number`` is that of the first line."""
    pending: deque[str] = deque()
    while _read_ahead(pending, lines, 1):
        record, count = _first_record(pending, lines, layout)
        if isinstance(record, str):
            yield RefusedLine(line=number, reason=record)
        elif record:
            yield record
        number += count
        for _ in range(count):
            pending.popleft()


def _read_ahead(pending: deque[str], lines: Iterator[str], count: int) -> bool:
    """Read until ``pending`` has ``count`` lines; return False if there are fewer."""
    pending.extend(islice(lines, max(0, count - len(pending))))
    return len(pending) >= count


def _first_record(pending: deque[str], lines: Iterator[str], layout: _Layout) -> tuple[NewSubscriber | str | None, int]:
    """Parse the first record (a string is the reason to refuse it) and count its lines; several only in quotes."""
    if len(pending[0]) >= _MAX_LINE:
        return f"longer than {_MAX_LINE:,} characters", 1
    for count in range(1, _MAX_RECORD_LINES + 1):
        if not _read_ahead(pending, lines, count):
            break
        try:
            cells = next(csv.reader(islice(pending, count), delimiter=layout.delimiter, strict=True), [])
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                continue
            if count > 1:
                break
            cells = next(csv.reader([pending[0]], delimiter=layout.delimiter))
        record = _parse_record(cells, layout.columns)
        # Lines that are no record together may each be one.
        return (record, count) if count == 1 or isinstance(record, NewSubscriber) else (_UNCLOSED, 1)
    return _UNCLOSED, 1


def _parse_record(cells: Sequence[str], columns: Sequence[str]) -> NewSubscriber | str | None:
    """Return the subscriber in these cells, the reason to refuse them, or None if they are empty."""
    if not any(map(str.strip, cells)):
        return None
    if any(cell.strip() for cell in cells[len(columns) :]):
        return f"it has {len(cells)} columns, and the first line has {len(columns)}"
    row = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name and cell.strip()}
    if "email" not in row:
        return "it has no address"
    try:
        mailbox = Mailbox.parse(row.pop("email"))
    except AddressError as error:
        return str(error)
    return NewSubscriber(address=mailbox.address, name=clean_header(row.pop("name", mailbox.name)), preferences=row)
