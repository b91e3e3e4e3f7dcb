"""Edits the sources in a settings file; comments, order and layout are preserved. Pure: text in, text out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from digest.model.newsletters import Source

if TYPE_CHECKING:
    from tomlkit.items import AoT, Item, Table

_NO_FILES: Mapping[str, str] = MappingProxyType({})


def add_sources(
    text: str, sources: Iterable[Source], *, folder: Path, password_files: Mapping[str, str] = _NO_FILES
) -> str:
    """Append the sources; paths inside ``folder`` become relative to it. ``password_files`` are by the source's id."""
    import tomlkit

    document = tomlkit.parse(text.rstrip("\n") + "\n")
    existing: AoT | None = document.get("sources")
    tables = [_table(source, folder, password_files.get(source.id, "")) for source in sources]
    if existing is None:  # tomlkit writes a new array with two empty lines after its first table
        added = "".join(f"[[sources]]\n{table.as_string()}" for table in tables)
        return "\n\n".join(filter(None, (text.rstrip("\n"), added.rstrip("\n")))) + "\n"
    trailing = _detach_trailing(existing[-1])
    existing[-1].value.append(None, tomlkit.nl())
    for table in tables:
        existing.append(table)
    for item in trailing:
        existing[-1].value.append(None, item)
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _detach_trailing(table: Table) -> list[Item]:
    """Remove and return the comments after an empty line at the end of a table: they belong to the next table."""
    body = table.value.body
    last = max(number for number, (key, _) in enumerate(body) if key is not None)
    empty = (number for number in range(last + 1, len(body)) if not body[number][1].as_string().strip())
    end = next(empty, len(body))
    trailing = [item for _, item in body[end + 1 :]]
    del body[end:]
    return trailing


def remove_source(text: str, source_id: str) -> str:
    """Remove the source, also from the newsletters' lists."""
    import tomlkit

    document: Any = tomlkit.parse(text)
    tables = document["sources"]
    at = next(number for number, table in enumerate(tables) if table["id"] == source_id)
    trailing = [(None, item) for item in _detach_trailing(tables[at])]
    above = tables[at - 1].value.body if at else document.body
    end = len(above) if at else next(number for number, (key, _) in enumerate(above) if key == "sources")
    del tables[at]
    if not tables:
        del document["sources"]
    for newsletter in document.get("newsletters", ()):
        if source_id in newsletter.get("sources", ()):
            newsletter["sources"].remove(source_id)
    above[end:end] = trailing  # last, since it shifts the indexes used above
    return tomlkit.dumps(document)


def _table(source: Source, folder: Path, password_file: str) -> Table:
    import tomlkit

    table = tomlkit.table()
    table.add("id", source.id)
    if source.mailbox:
        table.add("mailbox", str(source.mailbox))
        if password_file:
            table.add("password_file", password_file)
    elif source.path is None:
        table.add("url", source.url)
    else:
        absolute, base = source.path.resolve(), folder.resolve()
        table.add("path", str(absolute.relative_to(base) if absolute.is_relative_to(base) else absolute))
    for name, value in source.changed_fields.items():
        table.add(name, list(value) if isinstance(value, tuple) else value)
    table.add(tomlkit.nl())
    return table
