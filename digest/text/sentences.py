"""Sentences of a paragraph, word for word."""

from __future__ import annotations

from functools import lru_cache

import sentencex  # type: ignore[import-untyped]  # sentencex has no types


@lru_cache(maxsize=4096)
def sentences(paragraph: str, language: str) -> tuple[str, ...]:
    """The sentences of one paragraph: each stands in it verbatim, in order; only white space between them is lost."""
    found = (part.strip() for part in sentencex.segment(language, paragraph))
    return tuple(part for part in found if part)
