"""Rows of benchmark figures, printed as one Markdown table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure with its task, its system and a note."""

    #: The task with its unit: ``grouping, ECB+ dev: B-cubed F1``.
    task: str
    #: ``digest``, or the baseline.
    system: str
    figure: str
    note: str = ""


def table(rows: Iterable[Row]) -> str:
    """An aligned Markdown table; repeated tasks are left blank."""
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
