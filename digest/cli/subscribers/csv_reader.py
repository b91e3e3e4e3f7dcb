"""Reader of subscribers' files: CSV as spreadsheets write it, or one address on each line.

The first line names the columns: ``email``, and optionally ``name``; every other column is a preference. In exports of
other systems, a line may say that its address gets no mail. A line that is wrong is refused with its reason, and the
lines around it are read. Only a few lines are in memory at a time.
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from itertools import chain, islice

from digest.cli.subscribers.contact_status import Exclusion
from digest.cli.subscribers.csv_columns import ADDRESSES_ALONE, Columns, parse_header
from digest.cli.subscribers.formulas import restore_formulas
from digest.model.mailbox import AddressError, Mailbox
from digest.store.mapping import first_by_key
from digest.store.subscribers import NewSubscriber, normalize_address
from digest.text.mail_header import clean_header

#: Characters of the longest line, and lines of the longest record: a quotation mark never closed must come to an end.
_MAX_LINE, _MAX_RECORD_LINES = 20_000, 20
#: Beside an address that was copied from a page.
_COPIED = re.compile("(?i)(?<![^<\\s])mailto:|[\u200b\u2060\ufeff]")
_UNCLOSED = "a quotation mark is opened and never closed: close it, or delete it"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLine:
    """Line of the file that is no subscriber, with the reason."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludedLine:
    """Line of the file whose address gets no mail, as the file says."""

    line: int
    address: str
    exclusion: Exclusion
    #: Name of the column that says so.
    column: str


Record = NewSubscriber | ExcludedLine | RefusedLine


def read_subscribers(file: BufferedReader) -> Iterator[Record]:
    """Read the file's records in order. Raises ``UsageError`` if its first line names no column ``email``.

    An address that stands in several lines is excluded if one of them says so; a file that can't be rewound isn't
    searched for that.
    """
    excluded = _excluded_addresses(file) if file.seekable() else {}
    for record in _records(*_find_layout(_lines(file))):
        if excluded and isinstance(record, NewSubscriber):
            yield excluded.get(normalize_address(record.address), record)
        else:
            yield record


def _excluded_addresses(file: BufferedReader) -> dict[str, ExcludedLine]:
    """Read the file for its excluded lines, by address, and rewind it."""
    with closing(_lines(file)) as all_lines:
        lines, layout, number = _find_layout(all_lines)
        records = _records(lines, layout, number) if layout.columns.statuses else ()
        excluded = [record for record in records if isinstance(record, ExcludedLine)]
    file.seek(0)
    return first_by_key(excluded, lambda record: normalize_address(record.address))


def _find_layout(lines: Iterator[str]) -> tuple[Iterator[str], _Layout, int]:
    """The lines after the header, the layout that the header tells, and the number of the first of these lines."""
    number, first = 1, next(lines, "")
    while first and not first.strip(" \t\r\n,;|"):
        number, first = number + 1, next(lines, "")
    if declaration := re.fullmatch(r"sep=(.)\s*", first):  # spreadsheets read the delimiter from such a line
        number, first = number + 1, next(lines, "")
    header_lines = _header_lines(first, lines)
    delimiter = declaration[1] if declaration else _guess_delimiter("".join(header_lines))
    header, count = _parse_header_lines(header_lines, delimiter)
    if _is_address(header):
        return chain(header_lines, lines), _Layout(columns=ADDRESSES_ALONE, delimiter=delimiter), number
    layout = _Layout(columns=parse_header(header, line=number), delimiter=delimiter)
    return chain(header_lines[count:], lines), layout, number + count


# --- lines -------------------------------------------------------------------------------------------------------


def _lines(file: BufferedReader) -> Generator[str]:
    """Decode lines in UTF-8, UTF-16 or Windows-1252, with any line ending; overlong lines are cut."""
    utf16 = _utf16_codec(file.peek(4)[:4])
    encoding, errors = (utf16, "replace") if utf16 else ("utf-8-sig", "surrogateescape")
    text = TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    try:
        while line := text.readline(_MAX_LINE):
            tail = line
            while tail and not tail.endswith(("\n", "\r")):
                tail = text.readline(_MAX_LINE)
            yield _decode_invalid_utf8(line)
    finally:
        if not file.closed:
            text.detach()  # the caller closes the file


def _utf16_codec(start: bytes) -> str:
    """The codec of a file in UTF-16, with a byte order mark or without; empty for other files."""
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    # Names of columns are mostly ASCII: every second byte is zero.
    zeros = "".join("0" if byte == 0 else "x" for byte in start)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be"}.get(zeros, "")


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


def _header_lines(first: str, lines: Iterator[str]) -> list[str]:
    """The first line, and those after it up to the end of a quotation, if it opens one."""
    header_lines = [first]
    while sum(line.count('"') for line in header_lines) % 2 and len(header_lines) < _MAX_RECORD_LINES:
        if not (line := next(lines, "")):
            break
        header_lines.append(line)
    return header_lines


def _parse_header_lines(header_lines: Sequence[str], delimiter: str) -> tuple[list[str], int]:
    """Parse the names of the columns and count their lines: all, or one if they don't belong together."""
    for count, strict in ((len(header_lines), True), (1, False)):
        reader = csv.reader(header_lines[:count], delimiter=delimiter, skipinitialspace=True, strict=strict)
        with suppress(csv.Error):
            header = next(reader, [])
            if reader.line_num == count or not header:
                return header, count
    return [], 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Columns and delimiter of a file."""

    columns: Columns
    delimiter: str

    def reader(self, lines: Iterable[str], *, strict: bool) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, skipinitialspace=True, strict=strict)


def _is_address(header: Sequence[str]) -> bool:
    """Is the first line an address, so that the file has no header?"""
    try:
        return len(header) == 1 and bool(_parse_address(header[0]))
    except AddressError:
        return False


def _parse_address(cell: str) -> Mailbox:
    """Parse an address without what comes along when it is copied, and the first of several in a contact."""
    if ":" in cell or not cell.isascii():
        cell = _COPIED.sub("", cell.partition(":::")[0])
    return Mailbox.parse(cell)


# --- records -----------------------------------------------------------------------------------------------------


def _records(lines: Iterator[str], layout: _Layout, number: int) -> Iterator[Record]:
    """Parse the records; ``number`` is that of the first line."""
    pending: deque[str] = deque()
    while _read_ahead(pending, lines, 1):
        record, count = _first_record(pending, lines, layout)
        match record:
            case str():
                yield RefusedLine(line=number, reason=record)
            case ExcludedLine():
                yield dataclasses.replace(record, line=number)
            case NewSubscriber():
                yield record
        number += count
        for _ in range(count):
            pending.popleft()


def _read_ahead(pending: deque[str], lines: Iterator[str], count: int) -> bool:
    """Read until ``pending`` has ``count`` lines; return False if there are fewer."""
    pending.extend(islice(lines, max(0, count - len(pending))))
    return len(pending) >= count


def _first_record(
    pending: deque[str], lines: Iterator[str], layout: _Layout
) -> tuple[NewSubscriber | ExcludedLine | str | None, int]:
    """Parse the first record (a string is the reason to refuse it) and count its lines; several only in quotes."""
    if len(pending[0]) >= _MAX_LINE:
        return f"longer than {_MAX_LINE:,} characters", 1
    for count in range(1, _MAX_RECORD_LINES + 1):
        if not _read_ahead(pending, lines, count):
            break
        try:
            cells = next(layout.reader(islice(pending, count), strict=True), [])
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                continue
            if count > 1:
                break
            cells = next(layout.reader([pending[0]], strict=False))
        record = _parse_record(cells, layout.columns)
        # Lines that are no record together may each be one.
        return (record, count) if count == 1 or isinstance(record, NewSubscriber | ExcludedLine) else (_UNCLOSED, 1)
    return _UNCLOSED, 1


def _parse_record(cells: Sequence[str], columns: Columns) -> NewSubscriber | ExcludedLine | str | None:
    """Return the subscriber in these cells, the reason to refuse them, or None if they are empty."""
    if not any(map(str.strip, cells)):
        return None
    if any(cell.strip() for cell in cells[columns.count :]):
        hint = "a cell with the delimiter in it needs quotation marks"
        return f"it has {len(cells)} columns, and the first line has {columns.count}: {hint}"
    row = {number: restore_formulas(cell.strip()) for number, cell in enumerate(cells) if cell.strip()}
    if columns.email not in row:
        return "it has no address"
    try:
        mailbox = _parse_address(row[columns.email])
    except AddressError as error:
        return str(error)
    if excluded := columns.exclusion(row):
        number, exclusion = excluded
        column = columns.status_names[number]
        return ExcludedLine(line=0, address=mailbox.address, exclusion=exclusion, column=column)
    name = clean_header(columns.name(row)) or mailbox.name
    preferences = {name: row[number] for number, name in columns.preferences.items() if number in row}
    return NewSubscriber(address=mailbox.address, name=name, preferences=preferences)
