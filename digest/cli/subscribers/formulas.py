"""Formulas in exported CSV: neutralized for spreadsheets, and restored when the file is imported again.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` as a formula, also after quotes and spaces, and
after a delimiter within a cell if it splits the line by another delimiter than ours. An apostrophe before it makes it
text (OWASP, "CSV Injection").
"""

from __future__ import annotations

import re

#: A position where a spreadsheet may begin a cell: the start of the text, or after a delimiter.
_CELL_START = r"(?<![^;,|\t\r\n])"
#: Apostrophes may precede: a text that looks neutralized gets one more, so that restoring takes back just that one.
_FORMULA = r"""(?=[\s'"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|['" ]*[\t\r\n])"""
_DANGEROUS = re.compile(_CELL_START + _FORMULA)
_NEUTRALIZED = re.compile(_CELL_START + "'" + _FORMULA)


def neutralize_formulas(cell: str) -> str:
    """Put an apostrophe before whatever a spreadsheet would take for a formula."""
    return _DANGEROUS.sub("'", cell)


def restore_formulas(cell: str) -> str:
    """The text before ``neutralize_formulas``."""
    return _NEUTRALIZED.sub("", cell) if "'" in cell else cell
