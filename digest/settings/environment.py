"""Settings from the environment: ``DIGEST_SMTP__PORT``, ``DIGEST_NEWSLETTERS__MAIN__TITLE``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from digest.model.errors import Mistake
from digest.settings.line_numbers import Place
from digest.settings.sections import LISTS, SECTIONS
from digest.text.suggest import nearest

_PREFIX = "DIGEST_"
_FILE = "_file"


class Text(str):
    """A value that came as text, from the environment or a file; it is read as its key's type."""

    __slots__ = ()


class _Misplaced(ValueError):
    """Nothing is set by a variable of this name."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        self.suggestion = suggestion
        super().__init__(message)


def overlay(tables: dict[str, Any], environ: Mapping[str, str]) -> tuple[Mapping[Place, str], tuple[Mistake, ...]]:
    """Put the environment's values into ``tables``: which variable sets which place, and those that set none."""
    variables: dict[Place, str] = {}
    mistakes: list[Mistake] = []
    for variable in sorted(name for name in environ if name.startswith(_PREFIX)):
        try:
            variables |= dict.fromkeys(_places(variable, tables), variable)
        except _Misplaced as error:
            mistake = Mistake(key=variable, message=str(error), suggestion=error.suggestion, source="environment")
            mistakes.append(mistake)
    for place, variable in variables.items():
        table = _table(tables, place[:-1])
        if (*place[:-1], twin := _twin(str(place[-1]))) not in variables:
            table.pop(twin, None)  # the environment's password counts, not the file's password_file
        table[place[-1]] = Text(environ[variable])
    return variables, tuple(mistakes)


def _places(variable: str, tables: Mapping[str, Any]) -> Iterator[Place]:
    """The place that a variable sets: one, or none if it isn't about settings."""
    section, *rest = variable.removeprefix(_PREFIX).lower().split("__")
    match rest:
        case [key] if section in SECTIONS and isinstance(tables.get(section, {}), dict):
            yield section, key
        case [id_, key] if section in LISTS:
            yield section, _number(tables.get(section, []), id_, section=section), key
        case [_] if section in LISTS:
            raise _Misplaced(f"name the item: {_PREFIX}{section.upper()}__<ID>__<KEY>")
        case [] if near := _one_underscore(section):
            raise _Misplaced("two underscores stand between section and key", near)
        case [_, *_]:
            raise _Misplaced("no such section", _section_near(section, rest))
        case _:
            return


def _number(items: Any, id_: str, *, section: str) -> int:
    """Which of the items has this id, as a variable's name can spell it."""
    ids = [_spelled(item.get("id")) if isinstance(item, dict) else "" for item in items if isinstance(items, list)]
    if id_ not in ids:
        raise _Misplaced(f"no [[{section}]] has the id {id_!r}", nearest(id_, ids))
    return ids.index(id_)


def _spelled(id_: object) -> str:
    return re.sub(r"\W", "_", str(id_).lower())


def _one_underscore(name: str) -> str:
    """``smtp_password`` → ``DIGEST_SMTP__PASSWORD``; empty where no section starts like this."""
    section, _, key = name.partition("_")
    return f"{_PREFIX}{section}__{key}".upper() if section in {*SECTIONS, *LISTS} and key else ""


def _section_near(section: str, rest: list[str]) -> str:
    near = nearest(section, [*SECTIONS, *LISTS])
    return _PREFIX + "__".join((near, *rest)).upper() if near else ""


def _table(tables: dict[str, Any], place: Place) -> Any:
    """The table at ``place``; a section that the file doesn't have is made."""
    match place:
        case (str(section), int(number)):
            return tables[section][number]
        case (section,):
            return tables.setdefault(str(section), {})
        case _:
            raise AssertionError(place)


def _twin(key: str) -> str:
    """``password`` ↔ ``password_file``."""
    return key.removesuffix(_FILE) if key.endswith(_FILE) else key + _FILE
