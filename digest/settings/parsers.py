"""Parsers of durations and boosts, as written in settings and on the command line."""

from __future__ import annotations

import re
from datetime import timedelta

from digest.model.newsletters import Boost

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_BOOST = re.compile(r"(?P<topic>.*\S)\s+(?P<points>[+-]\d+(?:\.\d+)?)")


def parse_duration(text: str) -> timedelta:
    """``90m``, ``36h``, ``2d``, ``1w``, or several of them: ``1d12h``. Raises ``ValueError``."""
    compact = "".join(text.split()).lower()
    if not re.fullmatch(r"(?:\d{1,6}[smhdw])+", compact, re.ASCII):
        raise ValueError(f"{text!r} is not a length of time; write 90m, 36h, 2d or 1w")
    return sum(
        (timedelta(**{_UNITS[unit]: int(number)}) for number, unit in re.findall(r"(\d+)([smhdw])", compact)),
        timedelta(),
    )


def parse_boost(text: str) -> Boost:
    """``cycling`` → 1 point, ``cycling +2`` → 2 points, ``celebrities -1`` → -1 point."""
    text = text.strip()
    match = _BOOST.fullmatch(text)
    return Boost(topic=match["topic"], points=float(match["points"])) if match else Boost(topic=text)
