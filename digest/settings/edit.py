"""Changing a settings file's sources as its owner would: comments, order and layout stay. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from digest.model import Source

if TYPE_CHECKING:
    from tomlkit.items import AoT, Table


def with_sources(text: str, sources: Iterable[Source], *, folder: Path) -> str:
    """The settings with these sources after those that are there; paths are kept relative to ``folder`` inside it."""
    import tomlkit

    document = tomlkit.parse(text)
    known: AoT | None = document.get("sources")
    if known is None:
        document.append("sources", known := tomlkit.aot())
    for source in sources:
        known.append(_table(source, folder))
    return tomlkit.dumps(document)


def without_source(text: str, source_id: str) -> str:
    """The settings without that source, which no newsletter names any more either."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    tables = document["sources"]
    del tables[next(number for number, table in enumerate(tables) if table["id"] == source_id)]
    if not tables:
        del document["sources"]
    for newsletter in document.get("newsletters", ()):
        if source_id in newsletter.get("sources", ()):
            newsletter["sources"].remove(source_id)
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
    return table
