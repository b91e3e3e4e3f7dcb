"""Plots of the last days in ``digest status``: a line for each kind of number, as wide as the terminal allows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from digest.model.editions import Outcome
from digest.pipeline.history import History, NewsletterDay
from digest.store.source_history import SourceDay
from digest.text.sparkline import ASCII, sparkline, trend

#: Columns that a plot needs beside its name, its days and its text: indentation, bars and spaces.
_FRAME = 7
_MIN_BARS = 6
_MAX_NAME = 24
#: Sources that are drawn, at most.
_MAX_SOURCES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A plot: a number for each day, and what they come to."""

    name: str
    values: tuple[int, ...]
    text: str
    #: Days to mark: on each of them nothing went well.
    marked: tuple[bool, ...] = ()
    #: A state at the end of each day, rather than a count of what happened.
    is_state: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    title: str
    rows: tuple[_Row, ...]


def plot_lines(history: History, *, columns: int, levels: str) -> Iterator[str]:
    """Plots of all sources, each newsletter, and each source; nothing where nothing happened.

    Where fewer columns are left than days, each column stands for several days. Everything is plain text without
    colours; ``levels`` are the characters to draw with.
    """
    tables = [table for table in _tables(history, _mark(levels)) if table.rows]
    if not tables:
        return
    widest = min(_MAX_NAME, max(11, columns // 4))
    names = max(min(len(row.name), widest) for table in tables for row in table.rows)
    texts = max(len(row.text) for table in tables for row in table.rows)
    days = max(len(row.values) for table in tables for row in table.rows)
    bars = min(days, max(columns - _FRAME - names - texts, _MIN_BARS))
    days_per_bar = -(-days // bars)
    per_bar = "a column a day" if days_per_bar == 1 else f"a column {days_per_bar} days"
    yield f"last {days} days, {per_bar}, UTC"
    for table in tables:
        yield table.title
        for row in table.rows:
            yield f"  {_shortened(row.name, names):<{names}} |{_drawn(row, days_per_bar, levels)}| {row.text}"
    if len(history.sources) > _MAX_SOURCES:
        yield f"  and {len(history.sources) - _MAX_SOURCES} more: digest sources list"


def _tables(history: History, mark: str) -> Iterator[_Table]:
    if len(history.sources) > 1:
        yield _Table(title="sources", rows=tuple(_source_totals([*history.sources.values()])))
    for id_, days in history.newsletters.items():
        yield _Table(title=id_, rows=tuple(_newsletter_rows(days)))
    each = tuple(_source_row(id_, days) for id_, days in [*history.sources.items()][:_MAX_SOURCES])
    if any(day.fetches for days in history.sources.values() for day in days):
        yield _Table(title=f"new entries ({mark} all fetches failed)", rows=each)


def _source_totals(histories: Sequence[Sequence[SourceDay]]) -> Iterator[_Row]:
    by_day = [*zip(*histories, strict=True)]
    yield from _counts("fetches", [sum(day.fetches for day in days) for days in by_day])
    yield from _counts("failed", [sum(day.failures for day in days) for days in by_day])
    yield from _counts("entries", [sum(day.entries for day in days) for days in by_day])


def _newsletter_rows(days: Sequence[NewsletterDay]) -> Iterator[_Row]:
    yield from _counts("stories", [day.stories for day in days])
    yield from _counts("mails sent", _outcomes(days, Outcome.SENT))
    yield from _counts("put off", _outcomes(days, Outcome.RETRY, Outcome.UNKNOWN))
    yield from _counts("refused", _outcomes(days, Outcome.FAILED))
    yield from _counts("bounced", _outcomes(days, Outcome.BOUNCED))
    totals = tuple(day.subscribers for day in days)
    if any(totals):
        joined, left = sum(day.joined for day in days), sum(day.left for day in days)
        changes = [f"+{joined}"] * bool(joined) + [f"-{left}"] * bool(left)
        yield _Row(name="subscribers", values=totals, text=" ".join([str(totals[-1]), *changes]), is_state=True)


def _counts(name: str, values: Iterable[int]) -> Iterator[_Row]:
    numbers = tuple(values)
    if any(numbers):
        yield _Row(name=name, values=numbers, text=str(sum(numbers)))


def _outcomes(days: Sequence[NewsletterDay], *outcomes: Outcome) -> list[int]:
    return [sum(day.deliveries.get(outcome, 0) for outcome in outcomes) for day in days]


def _source_row(id_: str, days: Sequence[SourceDay]) -> _Row:
    entries = tuple(day.entries for day in days)
    failed = tuple(0 < day.fetches == day.failures for day in days)
    return _Row(name=id_, values=entries, text=str(sum(entries)), marked=failed)


def _drawn(row: _Row, days_per_bar: int, levels: str) -> str:
    """The plot; a column of several days has their sum, or the last day's state, and is marked if one of them is."""
    if row.is_state:
        return trend(_merged(row.values, days_per_bar, lambda days: days[-1]), levels)
    line = sparkline(_merged(row.values, days_per_bar, sum), levels)
    marked = _merged(row.marked, days_per_bar, any) or [False] * len(line)
    return "".join(
        _mark(levels) if is_marked and column == " " else column for column, is_marked in zip(line, marked, strict=True)
    )


def _mark(levels: str) -> str:
    return "x" if levels == ASCII else "×"


def _merged(values: Sequence[int], size: int, merge: Callable[[Sequence[int]], int]) -> list[int]:
    """The values of each so many days as one; the first column may have fewer, the last has the newest."""
    first = len(values) % size
    groups = [values[:first]] * bool(first) + [values[at : at + size] for at in range(first, len(values), size)]
    return [merge(group) for group in groups]


def _shortened(name: str, width: int) -> str:
    return name if len(name) <= width else f"{name[: width - 2]}.."
