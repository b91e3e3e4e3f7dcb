"""One table → one frozen value, its types checked by pydantic, its values by the rules."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from digest.model import Brand, Source
from digest.model.errors import Mistake
from digest.settings.environment import Text
from digest.settings.line_numbers import Place
from digest.settings.sections import keys
from digest.settings.toml import Raw
from digest.settings.types import Secret, StoreSettings
from digest.settings.validators import RULES, Wrong
from digest.text.suggest import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FILE = "_file"
#: In place of a table with mistakes, which are told already.
_WRONG = object()
_UNLIMITED = "unlimited"
_EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": 'a list like ["a", "b"]',
    "path_type": "a path in quotes",
}


def read_table(raw: Raw, place: Place, kind: type) -> tuple[Any, Sequence[Mistake]]:
    """The value of the table at ``place``, and every mistake in it; with mistakes the value is None."""
    table: Any = raw.tables
    for step in place:
        table = table[step]
    return _value(raw, place, kind, table)


def _value(raw: Raw, place: Place, kind: type, table: Any) -> tuple[Any, Sequence[Mistake]]:
    if not isinstance(table, dict):
        return None, [raw.mistake(place, f"expected a table, found {_shown(table)}")]
    reader = _Reader(raw, place, kind)
    fields = reader.fields(table)
    value = reader.typed(fields)
    reader.obey_rules(fields)
    return (None if reader.mistakes else value), reader.mistakes


class _Reader:
    """Reads one table, collecting its mistakes."""

    def __init__(self, raw: Raw, place: Place, kind: type) -> None:
        self.mistakes: list[Mistake] = []
        self._untyped: set[str] = set()
        self._raw = raw
        self._place = place
        self._kind = kind
        self._keys = keys(kind)
        self._hints = get_type_hints(kind)

    def fields(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """The table under the fields' names, text read as the fields' types."""
        known = {key: value for key, value in self._from_files(table).items() if self._is_known(key)}
        read = {key: _read(value, self._hints[self._keys[key]]) for key, value in known.items()}
        return {self._keys[key]: value for key, value in self._with_tables(read) if value is not _WRONG}

    def _with_tables(self, read: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The values; a brand within a newsletter is a table itself."""
        for key, value in read.items():
            if self._hints[self._keys[key]] is not Brand:
                yield key, value
                continue
            within, mistakes = _value(self._raw, (*self._place, key), Brand, value)
            self.mistakes += mistakes
            yield key, _WRONG if mistakes else within

    def _from_files(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """``password_file = "x"`` → the password that stands in x."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            base = key.removesuffix(_FILE)
            if key in self._keys or base not in self._keys or base == key:
                values[key] = value
            elif base in table:
                self._wrong(key, f"set either {base} or {key}, not both")
            elif (content := self._content(key, value)) is not None:
                values[base] = content
        return values

    def _content(self, key: str, name: Any) -> Text | None:
        try:
            return Text((self._raw.folder / Path(name).expanduser()).read_text("utf-8").rstrip("\r\n"))
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self._wrong(key, f"can't read {_shown(name)}: {reason}")
            return None

    def _is_known(self, key: str) -> bool:
        if key in self._keys:
            return True
        secrets = (name + _FILE for name, field in self._keys.items() if self._is_secret(field))
        near = self._key(key) if key in self._keys.values() else nearest(key, [*self._keys, *secrets])
        self._wrong(key, "no such key" + ("" if near else f"; there are {', '.join(self._keys)}"), near)
        return False

    def typed(self, fields: Mapping[str, Any]) -> Any:
        """The value, if every field has its type; strict JSON takes a list for a tuple, but no "25" for 25."""
        try:
            return _adapter(self._kind).validate_json(json.dumps(fields, default=_no_json), strict=True)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._mistyped(details, fields)
            return None

    def _mistyped(self, details: ErrorDetails, fields: Mapping[str, Any]) -> None:
        field = str(details["loc"][0])
        self._untyped.add(field)
        if details["type"] == "missing":
            self._wrong(self._key(field), "required, but not set")
            return
        expected = _EXPECTED.get(details["type"]) or details.get("ctx", {}).get("expected") or details["msg"]
        value = details["input"] if len(details["loc"]) > 1 else fields[field]
        found = "" if self._is_secret(field) else f", found {_shown(value)}"
        hint = self._hints[field]
        self._wrong(
            self._key(field),
            f"expected {expected}{found}",
            nearest(str(value), get_args(hint)) if _is_literal(hint) else "",
        )

    def obey_rules(self, fields: Mapping[str, Any]) -> None:
        """Hold the rules against every field that has its type."""
        rules = RULES.get(self._kind, {})
        for field in fields.keys() & rules.keys() - self._untyped:
            try:
                rules[field](fields[field])
            except Wrong as error:
                self._wrong(self._key(field), str(error), error.suggestion)
        if self._kind is Source and bool(fields.get("url")) == bool(fields.get("path")):
            self._wrong("url", "set either url or path, not both" if fields.get("url") else "set url or path")

    def _key(self, field: str) -> str:
        return next(key for key, name in self._keys.items() if name == field)

    def _is_secret(self, field: str) -> bool:
        return self._hints[field] is Secret or (self._kind, field) == (StoreSettings, "url")

    def _wrong(self, key: str, message: str, suggestion: str = "") -> None:
        self.mistakes.append(self._raw.mistake((*self._place, key), message, suggestion=suggestion))


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _is_literal(hint: Any) -> bool:
    return get_origin(hint) is Literal


def _read(value: Any, hint: Any) -> Any:
    """A value as its field's type would have it, where text or a word stands for it; else as it is."""
    kinds = {hint, *get_args(hint)}
    if (value == _UNLIMITED and int in kinds) or (value == "" and Path in kinds):
        return None
    if not isinstance(value, Text) or kinds & {Secret, Path} or hint is str or _is_literal(hint):
        return value
    if get_origin(hint) is tuple:
        return [part.strip() for part in value.split(",") if part.strip()]
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _no_json(value: object) -> dict[str, Any]:
    """A table that was read already; or one of TOML's dates, which are of no type that a setting has."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else {"": str(value)}


def _shown(value: object) -> str:
    """A value as it stands in the file, cut to a glance."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"
