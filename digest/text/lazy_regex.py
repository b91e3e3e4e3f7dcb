"""Regular expressions that are compiled when first used: most runs meet few languages, and few forms of furniture."""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    """Becomes the compiled pattern, method by method, as its methods are asked for."""

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._source, self._flags), name)  # re keeps what it compiled
        setattr(self, name, found)
        return found


def lazy_compile(source: str, flags: int = 0) -> re.Pattern[str]:
    """What ``re.compile`` gives, at the price of nothing until it is used; what is wrong with it shows only then."""
    return cast("re.Pattern[str]", _Pattern(source, flags))


def vocabulary(words: str) -> frozenset[str]:
    """The words: a pattern that needs one of them is tried only on lines that have one."""
    return frozenset(words.split())
