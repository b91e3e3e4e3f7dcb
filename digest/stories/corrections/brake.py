"""Decides whether so many corrections of one source at once are believed: else it changed its pages, or we read them
wrongly. Pure.
"""

from __future__ import annotations

from datetime import timedelta

#: Corrections are counted over this time.
PERIOD = timedelta(hours=24)
#: Articles with corrections that are believed in any case, and as a share of those that were compared.
_MAX_ARTICLES, _MAX_SHARE = 3, 0.05


def is_believed(corrected: int, compared: int) -> bool:
    """Whether corrections in so many of the articles compared are believed."""
    return corrected <= max(_MAX_ARTICLES, _MAX_SHARE * compared)
