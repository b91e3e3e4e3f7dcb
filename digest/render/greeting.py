"""How a reader is greeted: by name where we know it."""

from __future__ import annotations

import re

_NAME = "{name}"
#: The name, with the comma and the space that lead to it.
_CALLED = re.compile(r"[,،、]?\s*\{name\}")


def greeting(pattern: str, name: str) -> str:
    """``Good morning, {name}!`` → ``Good morning, Ann!``, or ``Good morning!`` to one whose name we don't know."""
    return pattern.replace(_NAME, name) if name else _CALLED.sub("", pattern).strip()
