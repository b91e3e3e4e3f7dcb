"""Regular expressions that are compiled on first use: compiling all of them costs 0.1 s, and a run needs few."""

from __future__ import annotations

import re
from typing import Any, cast


class _LazyPattern:
    """Stands in for ``re.Pattern``: compiles when an attribute is first read, then keeps that attribute."""

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(re.compile(self._source, self._flags), name)  # re caches the compiled pattern
        setattr(self, name, attribute)
        return attribute


def lazy_compile(source: str, flags: int = 0) -> re.Pattern[str]:
    """Like ``re.compile``, but without cost until the pattern is used; a syntax error shows only then."""
    return cast("re.Pattern[str]", _LazyPattern(source, flags))
