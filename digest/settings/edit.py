"""Changing a settings file's sources as its owner would: comments, order and layout stay. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.model import Source

if TYPE_CHECKING:
    from tomlkit.items import AoT, Item, Table


def with_sources(text: str, sources: Iterable[Source], *, folder: Path) -> str:
    """The settings with these sources after those that are there; paths are kept relative to ``folder`` inside it."""
    import tomlkit

    document = tomlkit.parse(text.rstrip("\n") + "\n")
    known: AoT | None = document.get("sources")
    tables = [_table(source, folder) for source in sources]
    if known is None:  # a new array would be written with two empty lines after its first table
        added = "".join(f"[[sources]]\n{table.as_string()}" for table in tables)
        return "\n\n".join(filter(None, (text.rstrip("\n"), added.rstrip("\n")))) + "\n"
    beneath = _beneath(known[-1])
    known[-1].value.append(None, tomlkit.nl())
    for table in tables:
        known.append(table)
    for item in beneath:
        known[-1].value.append(None, item)
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _beneath(table: Table) -> list[Item]:
    """What follows a table after an empty line, which goes too, taken out of it: it speaks of what comes next."""
    body = table.value.body
    last = max(number for number, (key, _) in enumerate(body) if key is not None)
    empty = (number for number in range(last + 1, len(body)) if not body[number][1].as_string().strip())
    end = next(empty, len(body))
    beneath = [item for _, item in body[end + 1 :]]
    del body[end:]
    return beneath


def without_source(text: str, source_id: str) -> str:
    """The settings without that source, which no newsletter names any more either."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    tables = document["sources"]
    at = next(number for number, table in enumerate(tables) if table["id"] == source_id)
    beneath = [(None, item) for item in _beneath(tables[at])]
    above = tables[at - 1].value.body if at else document.body
    end = len(above) if at else next(number for number, (key, _) in enumerate(above) if key == "sources")
    del tables[at]
    if not tables:
        del document["sources"]
    for newsletter in document.get("newsletters", ()):
        if source_id in newsletter.get("sources", ()):
            newsletter["sources"].remove(source_id)
    above[end:end] = beneath  # last of all: it moves what is looked up by its place
    return tomlkit.dumps(document)


def _table(source: Source, folder: Path) -> Table:
    import tomlkit

    table = tomlkit.table()
    table.add("id", source.id)
    if source.path is None:
        table.add("url", source.url)
    else:
        absolute, base = source.path.resolve(), folder.resolve()
        table.add("path", str(absolute.relative_to(base) if absolute.is_relative_to(base) else absolute))
    for field in fields(Source):
        value = getattr(source, field.name)
        if field.name not in {"id", "url", "path"} and value != field.default:
            table.add(field.name, value)
    table.add(tomlkit.nl())
    return table
