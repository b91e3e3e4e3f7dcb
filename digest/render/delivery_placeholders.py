"""Placeholders that a frozen edition keeps, and that delivery fills in for each subscriber."""

from __future__ import annotations

import re

#: Stands in links for the subscriber's delivery token. Neither HTML nor a URL changes these characters. Text from
#: outside never contains them in this order, or it could put a subscriber's token into a link of its own.
TOKEN_PLACEHOLDER = "(reader.mark)"  # noqa: S105  # no password
#: Stands in the text for the subscriber's greeting.
GREETING_PLACEHOLDER = "(reader.greeting)"
#: Removed from all text from outside: a template may well put parentheses around such text.
BARE_PLACEHOLDERS = tuple(placeholder.strip("()") for placeholder in (TOKEN_PLACEHOLDER, GREETING_PLACEHOLDER))
_NAME = "{name}"
#: The name, with the comma and the space before it.
_NAME_WITH_COMMA = re.compile(r"[,،、]?\s*\{name\}")


def fill_greeting(pattern: str, name: str) -> str:
    """``Good morning, {name}!`` → ``Good morning, Ann!``, or ``Good morning!`` where the name is unknown."""
    return pattern.replace(_NAME, name) if name else _NAME_WITH_COMMA.sub("", pattern).strip()
