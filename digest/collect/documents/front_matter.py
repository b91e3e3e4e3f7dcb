"""Front matter of text and Markdown files, and the title of a Markdown text. Pure.

    ---
    title: The harbour opens again
    url: https://outlet.example/harbour
    date: 2026-03-26T07:30:00+01:00
    ---

Each line is ``key: value``; other YAML syntax is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:(?:\s+(.*))?")
_KEY_ALIASES = {"link": "url", "lang": "language", "authors": "author", "published": "date", "outlet": "source"}
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINED = re.compile(r"^[=-]{2,}[ \t]*$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")


def split_front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """Return the front matter by key, and the text after it; an empty mapping if there is none."""
    lines = text.lstrip("\ufeff").splitlines()
    end = next((number for number, line in enumerate(lines[1:60], 1) if line.rstrip() in {"---", "..."}), 0)
    if not end or lines[0].rstrip() != "---":
        return {}, text
    fields: dict[str, str] = {}
    for line in lines[1:end]:
        match = _LINE.fullmatch(line.rstrip())
        if match:
            key = match.group(1).lower()
            fields.setdefault(_KEY_ALIASES.get(key, key), _value(match.group(2) or ""))
        elif line.strip() and not line.lstrip().startswith(("#", "-")) and not line.startswith((" ", "\t")):
            # Not front matter: the text begins with a horizontal rule.
            return {}, text
    return fields, "\n".join(lines[end + 1 :])


def _value(text: str) -> str:
    value = text.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(map(_value, value[1:-1].split(",")))
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def split_title(markdown: str) -> tuple[str, str]:
    """Return a Markdown text's title and the text without it: its first line if a heading, or else its first ``# ``."""
    lines = markdown.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return "", markdown
    if first + 1 < len(lines) and _UNDERLINED.match(lines[first + 1]) and not _HEADING.match(lines[first]):
        return lines[first].strip(), "\n".join(lines[first + 2 :])
    index = first if _HEADING.match(lines[first]) else _find_first_h1(lines)
    match = _HEADING.match(lines[index]) if index is not None else None
    if match is None or index is None:
        return "", markdown
    return match.group(1), "\n".join(lines[:index] + lines[index + 1 :])


def _find_first_h1(lines: list[str]) -> int | None:
    """Return the index of the first ``# `` heading outside fenced code."""
    is_fenced = False
    for number, line in enumerate(lines):
        is_fenced ^= bool(_FENCE.match(line))
        if line.startswith("# ") and not is_fenced:
            return number
    return None
