"""Lengths of time as people write them in settings and on the command line."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: str) -> timedelta:
    """``90m``, ``36h``, ``2d``, ``1w``, or several at once: ``1d12h``. Raises ``ValueError`` with one clear line."""
    plain = "".join(text.split()).lower()
    if not re.fullmatch(r"(?:\d{1,6}[smhdw])+", plain, re.ASCII):
        raise ValueError(f"{text!r} is not a length of time; write 90m, 36h, 2d or 1w")
    return sum(
        (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in re.findall(r"(\d+)([smhdw])", plain)),
        timedelta(),
    )
