"""Settings from the environment: ``DIGEST_SMTP__PORT``, ``DIGEST_NEWSLETTERS__MAIN__TITLE``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from digest.model.errors import Mistake
from digest.settings.line_numbers import KeyPath
from digest.settings.sections import LISTS, SECTIONS
from digest.text.suggest import nearest

_PREFIX = "DIGEST_"
_FILE = "_file"


class UntypedText(str):
    """Value from the environment or a ``…_file``, to be converted to its key's type."""

    __slots__ = ()


class _UnknownVariable(ValueError):
    """A variable with our prefix that matches no key."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


def apply_environment(
    tables: dict[str, Any], environ: Mapping[str, str]
) -> tuple[Mapping[KeyPath, str], tuple[Mistake, ...]]:
    """Write the variables' values into ``tables``; return the variable of each key, and mistakes for unknown ones."""
    variables: dict[KeyPath, str] = {}
    mistakes: list[Mistake] = []
    for variable in sorted(name for name in environ if name.startswith(_PREFIX)):
        try:
            variables |= dict.fromkeys(_key_paths(variable, tables), variable)
        except _UnknownVariable as error:
            mistake = Mistake(key=variable, message=str(error), suggestion=error.suggestion, source="environment")
            mistakes.append(mistake)
    for path, variable in variables.items():
        table = _table(tables, path[:-1])
        if (*path[:-1], counterpart := _counterpart(str(path[-1]))) not in variables:
            table.pop(counterpart, None)  # the environment's password overrides the file's password_file
        table[path[-1]] = UntypedText(environ[variable])
    return variables, tuple(mistakes)


def _key_paths(variable: str, tables: Mapping[str, Any]) -> Iterator[KeyPath]:
    """The key that a variable sets; nothing if it is not about settings."""
    section, *keys = variable.removeprefix(_PREFIX).lower().split("__")
    match keys:
        case [key] if section in SECTIONS and isinstance(tables.get(section, {}), dict):
            yield section, key
        case [id_, key] if section in LISTS:
            yield section, _item_index(tables.get(section, []), id_, section=section), key
        case [_] if section in LISTS:
            raise _UnknownVariable(f"name the item: {_PREFIX}{section.upper()}__<ID>__<KEY>")
        case [] if near := _with_two_underscores(section):
            raise _UnknownVariable("two underscores stand between section and key", near)
        case [_, *_]:
            raise _UnknownVariable("no such section", _similar_variable(section, keys))
        case _:
            return


def _item_index(items: Any, id_: str, *, section: str) -> int:
    """Index of the item with this id, as spelled in a variable's name."""
    ids = [
        _variable_spelling(item.get("id")) if isinstance(item, dict) else ""
        for item in items
        if isinstance(items, list)
    ]
    if id_ not in ids:
        raise _UnknownVariable(f"no [[{section}]] has the id {id_!r}", nearest(id_, ids))
    return ids.index(id_)


def _variable_spelling(id_: object) -> str:
    return re.sub(r"\W", "_", str(id_).lower())


def _with_two_underscores(name: str) -> str:
    """``smtp_password`` → ``DIGEST_SMTP__PASSWORD``; empty where no section starts like this."""
    section, _, key = name.partition("_")
    return f"{_PREFIX}{section}__{key}".upper() if section in {*SECTIONS, *LISTS} and key else ""


def _similar_variable(section: str, keys: list[str]) -> str:
    near = nearest(section, [*SECTIONS, *LISTS])
    return _PREFIX + "__".join((near, *keys)).upper() if near else ""


def _table(tables: dict[str, Any], path: KeyPath) -> Any:
    """The table at ``path``; a missing section is created."""
    match path:
        case (str(section), int(number)):
            return tables[section][number]
        case (section,):
            return tables.setdefault(str(section), {})
        case _:
            raise AssertionError(path)


def _counterpart(key: str) -> str:
    """``password`` ↔ ``password_file``."""
    return key.removesuffix(_FILE) if key.endswith(_FILE) else key + _FILE
