"""One table of the settings → one frozen dataclass.

pydantic checks the types, the converters (``converters.py``) parse and check the values.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, asdict, field, fields, is_dataclass, make_dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from digest.model.alerts import QuietHours
from digest.model.errors import Mistake
from digest.model.imap_address import ImapAddress
from digest.model.mailbox import Mailbox
from digest.model.newsletters import DETECTING_COLLECTOR, Boost, Brand, Newsletter, Options, Source
from digest.model.schedule import DAILY_AT_7, Schedule
from digest.model.secret import Secret
from digest.settings.converters import CONVERTERS
from digest.settings.environment import UntypedText
from digest.settings.line_numbers import KeyPath
from digest.settings.sections import field_names
from digest.settings.toml import RawSettings
from digest.settings.types import StoreSettings
from digest.settings.value_checks import InvalidValue
from digest.text.credentials import redact
from digest.text.suggest import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_FILE = "_file"
#: Stands for a nested table with mistakes, which are already listed.
_INVALID = object()
#: The types in the file of values that a converter parses.
_RAW_TYPES: Mapping[Any, Any] = {
    Schedule: str,
    ZoneInfo: str,
    timedelta: str,
    Mailbox | None: str,
    ImapAddress | None: str,
    tuple[Boost, ...]: tuple[str, ...],
    Options: dict[str, Any],
    QuietHours | None: str,
}
#: Keys whose list may be written as its only value: ``alert = "football"``.
_ONE_OR_MORE = frozenset({"alert"})
_UNLIMITED = "unlimited"
_EXPECTED = {
    "string_type": "text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": 'a list like ["a", "b"]',
    "path_type": "a path in quotes",
    "dict_type": "a table like { count = 3 }",
}


def read_table(raw: RawSettings, path: KeyPath, kind: type) -> tuple[Any, Sequence[Mistake]]:
    """The table at ``path`` as a value of ``kind``, or None with every mistake in it."""
    table: Any = raw.tables
    for step in path:
        table = table[step]
    return _value(raw, path, kind, table)


def _value(raw: RawSettings, path: KeyPath, kind: type, table: Any) -> tuple[Any, Sequence[Mistake]]:
    if not isinstance(table, dict):
        return None, [raw.mistake(path, f"expected a table, found {_excerpt(table)}")]
    reader = _TableReader(raw, path, kind)
    values = reader.converted(reader.fields(table))
    return (None if reader.mistakes else kind(**values)), reader.mistakes


class _TableReader:
    """Reads one table and collects its mistakes."""

    def __init__(self, raw: RawSettings, path: KeyPath, kind: type) -> None:
        self.mistakes: list[Mistake] = []
        self._mistyped_fields: set[str] = set()
        self._raw = raw
        self._path = path
        self._kind = kind
        self._fields = field_names(kind)
        self._hints = _raw_hints(kind)

    def fields(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """The table's values by field name; text from the environment is read as the field's type."""
        entries = self._from_files(table).items()
        values = {key: _untyped(value, self._hints[self._fields[key]]) for key, value in entries if self._is_known(key)}
        values |= {
            key: [text] if text else [] for key, text in values.items() if key in _ONE_OR_MORE and isinstance(text, str)
        }
        return {self._fields[key]: value for key, value in self._with_tables(values) if value is not _INVALID}

    def _with_tables(self, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The values; the brand of a newsletter is a nested table."""
        for key, value in values.items():
            if self._hints[self._fields[key]] is not Brand:
                yield key, value
                continue
            brand, mistakes = _value(self._raw, (*self._path, key), Brand, value)
            self.mistakes += mistakes
            yield key, _INVALID if mistakes else brand

    def _from_files(self, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """``password_file = "x"`` → ``password`` with the content of file x."""
        values: dict[str, Any] = {}
        for key, value in table.items():
            base = key.removesuffix(_FILE)
            if key in self._fields or base not in self._fields or base == key:
                values[key] = value
            elif base in table:
                self._add_mistake(key, f"set either {base} or {key}, not both")
            elif (content := self._content(key, value)) is not None:
                values[base] = content
        return values

    def _content(self, key: str, name: Any) -> UntypedText | None:
        try:
            return UntypedText((self._raw.folder / Path(name).expanduser()).read_text("utf-8").rstrip("\r\n"))
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self._add_mistake(key, f"can't read {_excerpt(name)}: {reason}")
            return None

    def _is_known(self, key: str) -> bool:
        if key in self._fields:
            return True
        file_keys = (key + _FILE for key, name in self._fields.items() if self._is_secret(name))
        near = self._key(key) if key in self._fields.values() else nearest(key, [*self._fields, *file_keys])
        self._add_mistake(key, "no such key" + ("" if near else f"; there are {', '.join(self._fields)}"), near)
        return False

    def converted(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields' final values. With mistakes they are incomplete, and only the mistakes are of use."""
        values = dict(self._typed(fields))
        converters = CONVERTERS.get(self._kind, {})
        for name in values.keys() & converters.keys() - self._mistyped_fields:
            try:
                values[name] = converters[name](values[name])
            except InvalidValue as error:
                self._add_mistake(self._key(name), str(error), error.suggestion)
        if self._kind is Source:
            self._check_address(fields)
        if self._kind is Newsletter and not self.mistakes:
            self._check_hold(values)
        return values

    def _check_hold(self, values: Mapping[str, Any]) -> None:
        """A draft is composed after the slot before it."""
        schedule: Schedule = values.get("schedule", DAILY_AT_7)
        if values.get("hold", timedelta()) >= schedule.shortest_gap:
            hours = f"{schedule.shortest_gap / timedelta(hours=1):g}h"
            self._add_mistake("hold", f"expected less than the {hours} between two slots of {schedule.text!r}")

    def _check_address(self, fields: Mapping[str, Any]) -> None:
        """A source has one address; a plugin may need none."""
        addresses = [name for name in ("url", "path", "mailbox") if fields.get(name)]
        if len(addresses) > 1:
            self._add_mistake(addresses[0], f"set either {' or '.join(addresses)}, not both")
        if not addresses and fields.get("collector", DETECTING_COLLECTOR) == DETECTING_COLLECTOR:
            self._add_mistake("url", "set url or path")
        if fields.get("password") and not fields.get("mailbox"):
            self._add_mistake("password", "is that of a mailbox, and none is set")
        if fields.get("senders") and fields.get("url"):
            self._add_mistake("senders", "are those of mails, and this source is an address on the web")

    def _typed(self, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """The fields with the types of ``_raw_hints``; as they are, if pydantic finds a wrong type.

        Strict JSON takes a list for a tuple, but no "25" for 25.
        """
        try:
            typed = _adapter(self._kind).validate_json(json.dumps(fields, default=_to_json), strict=True)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._mistyped(details, fields)
            return fields
        return {name: getattr(typed, name) for name in fields}

    def _mistyped(self, details: ErrorDetails, fields: Mapping[str, Any]) -> None:
        field = str(details["loc"][0])
        self._mistyped_fields.add(field)
        if details["type"] == "missing":
            self._add_mistake(self._key(field), "required, but not set")
            return
        expected = _EXPECTED.get(details["type"]) or details.get("ctx", {}).get("expected") or details["msg"]
        value = details["input"] if len(details["loc"]) > 1 else fields[field]
        actual = "" if self._is_secret(field) else f", found {_excerpt(value)}"
        hint = self._hints[field]
        self._add_mistake(
            self._key(field),
            f"expected {expected}{actual}",
            nearest(str(value), get_args(hint)) if _is_literal(hint) else "",
        )

    def _key(self, field: str) -> str:
        return next(key for key, name in self._fields.items() if name == field)

    def _is_secret(self, field: str) -> bool:
        hint = self._hints[field]
        is_store_address = self._kind is StoreSettings and field in {"url", "direct_url"}
        return is_store_address or Secret in (hint, *get_args(hint))

    def _add_mistake(self, key: str, message: str, suggestion: str = "") -> None:
        self.mistakes.append(self._raw.mistake((*self._path, key), message, suggestion=suggestion))


def _raw_hints(kind: type) -> Mapping[str, Any]:
    """The types of the fields' values in the file."""
    return {name: _RAW_TYPES.get(hint, hint) for name, hint in get_type_hints(kind).items()}


@cache
def _adapter(kind: type) -> TypeAdapter[Any]:
    """Validator for a table of this kind, before the converters parse its values."""
    hints = _raw_hints(kind)
    required = [item.name for item in fields(kind) if item.default is item.default_factory is MISSING]
    definitions = [(name, hint, field() if name in required else field(default=None)) for name, hint in hints.items()]
    return TypeAdapter(make_dataclass(kind.__name__, definitions, kw_only=True))


def _is_literal(hint: Any) -> bool:
    return get_origin(hint) is Literal


def _untyped(value: Any, hint: Any) -> Any:
    """The TOML value that text from the environment stands for; other values as they are."""
    kinds = {hint, *get_args(hint)}
    if (value == _UNLIMITED and int in kinds) or (value == "" and Path in kinds):
        return None
    if isinstance(value, UntypedText) and get_origin(hint) is tuple:
        return [part.strip() for part in re.split("[,\n]", value) if part.strip()]
    if not isinstance(value, UntypedText) or kinds & {Secret, Path} or hint is str or _is_literal(hint):
        return value
    try:
        return tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return value


def _to_json(value: object) -> dict[str, Any]:
    """A nested table that is converted already; or a TOML date, which no setting accepts."""
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else {"": str(value)}


def _excerpt(value: object) -> str:
    """The value as in the file, 60 characters at most, without passwords: of tables, only that they are tables."""
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict | list) for item in value)):
        return "a table" if isinstance(value, dict) else "a list of tables or lists"
    try:
        text = redact(json.dumps(value, ensure_ascii=False))
    except (TypeError, ValueError):
        text = redact(str(value))
    return text if len(text) <= 60 else text[:59] + "…"
