"""A file of subscribers, read line by line: CSV as spreadsheets write it, or addresses alone, one on each line.

The first line names the columns: ``email``, and if wanted ``name``; every other column is a preference. A line that
can't be right is refused with its reason, and those around it are kept. However long the file is, no more than a few
lines of it are held.
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

#: The longest line, in characters; and the most lines of one record, so that a quote never closed comes to an end.
_LONGEST, _SPAN = 20_000, 20
_EMAIL = {"email", "emailaddress", "mail"}
_UNCLOSED = "a quotation mark is opened and never closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line of the file that no subscriber could be made of."""

    line: int
    reason: str


def read_roster(file: BufferedReader) -> Iterator[NewSubscriber | Refused]:
    """Who is in the file, in its order. Raises ``UsageError`` if its first line names no column ``email``."""
    lines = _lines(file)
    number, first = 1, next(lines, "")
    if told := re.fullmatch(r"sep=(.)\s*", first):  # for spreadsheets
        number, first = 2, next(lines, "")
    delimiter = told[1] if told else _delimiter(first)
    header = next(csv.reader([first], delimiter=delimiter), [])
    if _is_address(header):
        yield from _newcomers(chain([first], lines), _Layout(columns=("email",), delimiter=delimiter), number)
    else:
        yield from _newcomers(lines, _Layout(columns=_columns(header), delimiter=delimiter), number + 1)


# --- lines -------------------------------------------------------------------------------------------------------


def _lines(file: BufferedReader) -> Iterator[str]:
    """The file's lines, whatever ends them and whichever encoding a spreadsheet chose; overlong ones are cut."""
    utf16 = file.peek(2)[:2] in {b"\xff\xfe", b"\xfe\xff"}
    encoding, errors = ("utf-16", "replace") if utf16 else ("utf-8-sig", "surrogateescape")
    text = TextIOWrapper(file, encoding=encoding, errors=errors)
    try:
        while line := text.readline(_LONGEST):
            rest = line
            while rest and not rest.endswith("\n"):
                rest = text.readline(_LONGEST)
            yield _decoded(line)
    finally:
        if not file.closed:
            text.detach()  # the file is its opener's to close


def _decoded(line: str) -> str:
    """A line that is no UTF-8 was written on an old Windows."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return line


def _delimiter(first: str) -> str:
    """What parts the columns: what stands most often in the first line, outside of quotes."""
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t|", key=bare.count)


# --- columns -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What the first line says of the others; a column without a name is not read."""

    columns: tuple[str, ...]
    delimiter: str


def _is_address(header: Sequence[str]) -> bool:
    """There is no header, only addresses?"""
    try:
        return len(header) == 1 and bool(Mailbox.parse(header[0]))
    except AddressError:
        return False


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    """The columns' names in small letters."""
    names = tuple(map(_column, header))
    if names.count("email") == 1 and len(found := [name for name in names if name]) == len(set(found)):
        return names
    shown = ", ".join(repr(clean_header(name, 30)) for name in header[:10]) or "nothing"
    hint = "the first line names the columns, each once: email,name"
    if header and header[0].startswith("PK\x03\x04"):
        hint = "this is a spreadsheet's own format: save it as CSV"
    raise UsageError(f"one column must be called 'email'; the first line has {shown}", hint=hint)


def _column(name: str) -> str:
    name = clean_header(name).casefold()
    return "email" if re.sub(r"[^a-z]", "", name) in _EMAIL else name


# --- records -----------------------------------------------------------------------------------------------------


def _newcomers(lines: Iterator[str], layout: _Layout, number: int) -> Iterator[NewSubscriber | Refused]:
    waiting: deque[str] = deque()
    while _fill(waiting, lines, 1):
        found, taken = _first(waiting, lines, layout)
        if isinstance(found, str):
            yield Refused(line=number, reason=found)
        elif found:
            yield found
        number += taken
        for _ in range(taken):
            waiting.popleft()


def _fill(waiting: deque[str], lines: Iterator[str], count: int) -> bool:
    """Look ahead at so many lines; False if there are fewer."""
    waiting.extend(islice(lines, max(0, count - len(waiting))))
    return len(waiting) >= count


def _first(waiting: deque[str], lines: Iterator[str], layout: _Layout) -> tuple[NewSubscriber | str | None, int]:
    """What the first record is (or why it is refused), and how many lines it takes; looks ahead in quotes only."""
    if len(waiting[0]) >= _LONGEST:
        return f"longer than {_LONGEST:,} characters", 1
    for count in range(1, _SPAN + 1):
        if not _fill(waiting, lines, count):
            break
        try:
            cells = next(csv.reader(islice(waiting, count), delimiter=layout.delimiter, strict=True), [])
        except csv.Error as error:
            if str(error) == "unexpected end of data":
                continue
            if count > 1:
                break
            cells = next(csv.reader([waiting[0]], delimiter=layout.delimiter))
        found = _newcomer(cells, layout.columns)
        # Lines that make no sense together may each make some alone.
        return (found, count) if count == 1 or isinstance(found, NewSubscriber) else (_UNCLOSED, 1)
    return _UNCLOSED, 1


def _newcomer(cells: Sequence[str], columns: Sequence[str]) -> NewSubscriber | str | None:
    """Who stands in these cells, or why nobody does; None if they are empty."""
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
