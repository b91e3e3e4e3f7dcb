"""Placeholders that a frozen edition keeps, and that delivery fills in for each subscriber."""

from __future__ import annotations

import re

#: Stands for the subscriber's delivery token: in the subject of an unsubscribe mail, and in the links of editions that
#: earlier versions froze. Neither HTML nor a URL changes these characters. Text from outside never contains them in
#: this order, or it could put a subscriber's token into a link of its own.
TOKEN_PLACEHOLDER = "(reader.mark)"  # noqa: S105  # no password
#: Stand for link tokens (``model/link_token.py``), one for each purpose.
UNSUBSCRIBE_PLACEHOLDER, PREFERENCES_PLACEHOLDER = "(reader.unsubscribe)", "(reader.preferences)"
READ_PLACEHOLDER, FEEDBACK_PLACEHOLDER = "(reader.read)", "(reader.feedback)"
#: Everything that stands for a token.
TOKEN_PLACEHOLDERS = (
    TOKEN_PLACEHOLDER,
    UNSUBSCRIBE_PLACEHOLDER,
    PREFERENCES_PLACEHOLDER,
    READ_PLACEHOLDER,
    FEEDBACK_PLACEHOLDER,
)
#: Stands in the text for the subscriber's greeting.
GREETING_PLACEHOLDER = "(reader.greeting)"
#: Removed from all text from outside: a template may well put parentheses around such text.
BARE_PLACEHOLDERS = tuple(placeholder.strip("()") for placeholder in (*TOKEN_PLACEHOLDERS, GREETING_PLACEHOLDER))
_NAME = "{name}"
#: The name, with the comma and the space before it.
_NAME_WITH_COMMA = re.compile(r"[,،、]?\s*\{name\}")


def fill_tokens(text: str, value: str) -> str:
    """The text with the same value in place of every token."""
    for placeholder in TOKEN_PLACEHOLDERS:
        text = text.replace(placeholder, value)
    return text


def fill_greeting(pattern: str, name: str) -> str:
    """``Good morning, {name}!`` → ``Good morning, Ann!``, or ``Good morning!`` where the name is unknown."""
    return pattern.replace(_NAME, name) if name else _NAME_WITH_COMMA.sub("", pattern).strip()
