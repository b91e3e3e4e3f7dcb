"""Front matter of text and Markdown files, and the title of a Markdown text. Pure.

    ---                                              +++
    title: The harbour opens again                   title = "The harbour opens again"
    url: https://outlet.example/harbour              date = 2026-03-26T07:30:00+01:00
    date: 2026-03-26T07:30:00+01:00                  authors = ["The desk"]
    ---                                              +++

YAML as blogs write it (Jekyll, Hugo): ``key: value``, lists, and tables of one level; other syntax is ignored. TOML as
Zola and Hugo have it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

_LINE = re.compile(r"([A-Za-z][\w-]*)\s*:(?:\s+(.*))?")
#: A value of a nested table: ``  width: 1040``.
_NESTED = re.compile(r"\s+([A-Za-z][\w-]*)\s*:\s+(.*)")
_LIST_ITEM = re.compile(r"\s*-\s+(?:name\s*:\s+)?(.+)")
#: Lines of front matter, at most.
_MAX_LINES = 60
#: Keys of a value, in the order in which they count.
_KEYS = {
    "title": ("title",),
    "url": ("url", "link", "canonical_url", "canonical", "permalink"),
    "language": ("language", "lang", "locale"),
    "author": ("author", "authors"),
    "source": ("source", "outlet", "site", "publication"),
    "image": ("image", "image.path", "image.url", "cover", "cover.image", "og_image", "thumbnail"),
    "image_alt": ("image.alt", "cover.alt", "image_alt"),
    "image_width": ("image.width", "image_width"),
    "image_height": ("image.height", "image_height"),
    "description": ("description", "summary", "excerpt", "subtitle", "lede"),
    "date": ("date", "published", "pubdate", "publishdate", "published_at", "created", "updated", "lastmod"),
    "sections": ("section", "category", "categories", "tags"),
}
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINED = re.compile(r"^[=-]{2,}[ \t]*$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")

#: All values that the front matter has for each of ``_KEYS``, the first counting most.
FrontMatter = Mapping[str, Sequence[str]]


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """Return the front matter, and the text after it; an empty mapping if there is none."""
    lines = text.lstrip("\ufeff").splitlines()
    opening = lines[0].rstrip() if lines else ""
    closings = {"---": {"---", "..."}, "+++": {"+++"}}.get(opening, set())
    end = next((number for number, line in enumerate(lines[1:_MAX_LINES], 1) if line.rstrip() in closings), 0)
    values = (_toml if opening == "+++" else _yaml)(lines[1:end]) if end else None
    if values is None:
        return {}, text
    fields = {name: [values[key] for key in keys if values.get(key)] for name, keys in _KEYS.items()}
    return {name: present for name, present in fields.items() if present}, "\n".join(lines[end + 1 :])


def _yaml(lines: Sequence[str]) -> Mapping[str, str] | None:
    """Values by key; None if it is no front matter: then the text begins with a horizontal rule."""
    values: dict[str, str] = {}
    key = ""
    for line in lines:
        if match := _LINE.fullmatch(line.rstrip()):
            key = match.group(1).lower()
            values.setdefault(key, _yaml_value(match.group(2) or ""))
        elif item := _LIST_ITEM.fullmatch(line.rstrip()):
            values[key] = ", ".join(filter(None, (values.get(key, ""), _yaml_value(item.group(1)))))
        elif key and not values[key] and (nested := _NESTED.fullmatch(line.rstrip())):
            values.setdefault(f"{key}.{nested.group(1).lower()}", _yaml_value(nested.group(2)))
        elif line.strip() and not line.lstrip().startswith(("#", "-")) and not line.startswith((" ", "\t")):
            return None
    return values


def _yaml_value(text: str) -> str:
    value = text.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(map(_yaml_value, value[1:-1].split(",")))
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _toml(lines: Sequence[str]) -> Mapping[str, str] | None:
    """Values by key, of tables such as ``[extra]`` too; None if it isn't TOML."""
    try:
        document = tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    values: dict[str, str] = {}
    for key, value in _flatten(document):
        values.setdefault(key, value)
    return values


def _flatten(table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tables = [value for value in table.values() if isinstance(value, dict)]
    for key, value in table.items():
        if isinstance(value, str | date):
            yield key.lower(), str(value)
        elif isinstance(value, list):
            yield key.lower(), ", ".join(item for item in value if isinstance(item, str))
    for nested in tables:
        for key, value in nested.items():
            if not isinstance(value, dict):
                yield from _flatten({key: value})


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
