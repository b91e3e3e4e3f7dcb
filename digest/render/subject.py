"""A mail's subject, by the newsletter's pattern, and the preheader that mail programs show after it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.render.plain_text import clip

#: Limits in characters. Mail programs show 40 to 90 characters of a subject and about 140 of a preheader.
_MAX_SUBJECT = 120
_MAX_PREHEADER = 140
#: The lead's title is shortened to no fewer characters, however long the rest of the pattern is.
_MIN_LEAD = 40
_LEAD = "{lead}"


def fill_subject(pattern: str, *, title: str, lead: str, date: str) -> str:
    """``{title}: {lead}`` → ``The Harbour Letter: Fog lifts``; a long lead is shortened, so that the rest is whole."""
    values = {"title": title, "date": date}
    room = _MAX_SUBJECT - len(_fill(pattern, {**values, "lead": ""}))
    return clip(_fill(pattern, {**values, "lead": clip(lead, max(_MIN_LEAD, room))}), _MAX_SUBJECT)


def mark_subject(mark: str, subject: str) -> str:
    """``Alert`` and ``Fog lifts`` → ``Alert: Fog lifts``."""
    return clip(f"{mark}: {subject}", _MAX_SUBJECT)


def preheader(pattern: str, *, subject: str, titles: Sequence[str], beginning: str, default: str) -> str:
    """Titles of the next two stories; without any, the first one's beginning. Never the same as the subject.

    ``titles`` begins with the lead's, which is named here if the subject's pattern leaves it out.
    """
    first = 1 if _LEAD in pattern else 0
    candidates = (clip(text, _MAX_PREHEADER) for text in (" · ".join(titles[first : first + 2]), beginning) if text)
    return next((text for text in candidates if text != subject), default)


def _fill(pattern: str, values: dict[str, str]) -> str:
    """Fill in all placeholders at once, so that none in a title is filled."""
    return re.sub(r"\{(\w+)\}", lambda placeholder: values[placeholder[1]], pattern)
