"""The rows that measures give, printed as one Markdown table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: what was measured, of which system, and what to know about it."""

    #: What is measured and in which unit: ``grouping, ECB+ dev: B-cubed F1``.
    task: str
    #: ``digest`` or the name of a baseline that ran beside it.
    system: str
    figure: str
    note: str = ""


def table(rows: Iterable[Row]) -> str:
    """The rows under each other, columns aligned; a task is named once."""
    cells = [("task", "system", "figure", "note")]
    task = ""
    for row in rows:
        cells.append(("" if row.task == task else row.task, row.system, row.figure, row.note))
        task = row.task
    widths = [max(len(cell[column]) for cell in cells) for column in range(4)]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(cell, widths, strict=True)) + " |" for cell in cells
    ]
    return "\n".join([lines[0], "| " + " | ".join("-" * width for width in widths) + " |", *lines[1:]])
