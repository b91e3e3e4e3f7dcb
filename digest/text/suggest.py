"""Suggest a correction for a misspelled name."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate most similar to ``word``, whatever the case; empty if none is similar."""
    from difflib import get_close_matches  # needed after a mistake only

    by_folded = {name.casefold(): name for name in candidates}
    matches = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""
