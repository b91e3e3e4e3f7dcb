"""What a text or Markdown file says of itself before its text. Pure.

    ---
    title: The harbour opens again
    url: https://outlet.example/harbour
    date: 2026-03-26T07:30:00+01:00
    ---

One ``key: value`` to a line; what YAML can do beyond that is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:(?:\s+(.*))?")
_KEYS = {"link": "url", "lang": "language", "authors": "author", "published": "date", "outlet": "source"}
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINED = re.compile(r"^[=-]{2,}[ \t]*$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


def split_front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """The file's own words on itself, and the text after them; none where it doesn't begin with them."""
    lines = text.lstrip("\ufeff").splitlines()
    end = next((number for number, line in enumerate(lines[1:60], 1) if line.rstrip() in {"---", "..."}), 0)
    if not end or lines[0].rstrip() != "---":
        return {}, text
    found: dict[str, str] = {}
    for line in lines[1:end]:
        match = _LINE.fullmatch(line.rstrip())
        if match:
            key = match.group(1).lower()
            found.setdefault(_KEYS.get(key, key), _value(match.group(2) or ""))
        elif line.strip() and not line.lstrip().startswith(("#", "-")) and not line.startswith((" ", "\t")):
            # A text that begins with a rule, not front matter.
            return {}, text
    return found, "\n".join(lines[end + 1 :])


def _value(written: str) -> str:
    value = written.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(map(_value, value[1:-1].split(",")))
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def split_heading(markdown: str) -> tuple[str, str]:
    """A Markdown text's title and the rest: its first line if that is a heading, else its first ``#``."""
    lines = markdown.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return "", markdown
    if first + 1 < len(lines) and _UNDERLINED.match(lines[first + 1]) and not _HEADING.match(lines[first]):
        return lines[first].strip(), "\n".join(lines[first + 2 :])
    at = first if _HEADING.match(lines[first]) else _top_heading(lines)
    match = _HEADING.match(lines[at]) if at is not None else None
    return (match.group(1), "\n".join(lines[:at] + lines[at + 1 :])) if match and at is not None else ("", markdown)


def _top_heading(lines: list[str]) -> int | None:
    fenced = False
    for number, line in enumerate(lines):
        fenced ^= bool(_FENCE.match(line))
        if line.startswith("# ") and not fenced:
            return number
    return None
