"""A reader's wish in plain words: a topic, and what it is worth."""

from __future__ import annotations

import re

_POINTS = re.compile(r"(?P<topic>.*\S)\s+(?P<points>[+-]\d+(?:\.\d+)?)")


def wish(text: str) -> tuple[str, float]:
    """The topic and its points: ``cycling`` → 1, ``cycling +2`` → 2, ``celebrities -1`` → -1."""
    text = text.strip()
    match = _POINTS.fullmatch(text)
    return (match["topic"], float(match["points"])) if match else (text, 1.0)
