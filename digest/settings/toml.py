"""The tables of a settings file with the environment over them, unchecked, and where each value stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.model.errors import Mistake, SettingsError
from digest.settings.environment import overlay
from digest.settings.file import text_of
from digest.settings.line_numbers import Place, lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """What was read, before any of it is checked."""

    file: Path | None
    tables: dict[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)
    #: The environment's variables, by the place that they set.
    variables: Mapping[Place, str] = field(default_factory=dict)
    #: The variables that set nothing there is.
    mistakes: Sequence[Mistake] = ()

    @property
    def name(self) -> str:
        return str(self.file) if self.file else "environment"

    @property
    def folder(self) -> Path:
        """What relative paths are relative to."""
        return self.file.absolute().parent if self.file else Path.cwd()

    def mistake(self, place: Place, message: str, *, suggestion: str = "") -> Mistake:
        """A mistake at ``place``, with its line or its variable."""
        variable = next((name for at, name in self.variables.items() if at[: len(place)] == place), "")
        if variable:
            return Mistake(key=variable, message=message, suggestion=suggestion, source="environment")
        ways_up = (place[:length] for length in range(len(place), 0, -1))
        line = next((self.lines[way] for way in ways_up if way in self.lines), None)
        return Mistake(key=self._shown(place), message=message, suggestion=suggestion, line=line)

    def _shown(self, place: Place) -> str:
        """``smtp.port``, ``sources[news].url``: an item by its id, else by its number."""
        match place:
            case (str(name), int(number), *rest):
                item = self.tables[name][number]
                id_ = item.get("id") if isinstance(item, dict) else None
                return ".".join((f"{name}[{id_ or number + 1}]", *map(str, rest)))
            case _:
                return ".".join(map(str, place))


def read(file: Path | None, environ: Mapping[str, str]) -> Raw:
    """The tables of ``file`` (none: empty) with the environment's over them."""
    text = text_of(file) if file else ""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(str(file), [_not_toml(error)]) from error
    variables, mistakes = overlay(tables, environ)
    return Raw(file=file, tables=tables, lines=lines(text), variables=variables, mistakes=mistakes)


def _not_toml(error: Exception) -> Mistake:
    if isinstance(error, RecursionError):
        return Mistake(key="", message="not valid TOML: nested too deeply")
    where = re.search(r" \(at line (\d+), column \d+\)$", str(error))
    message = str(error)[: where.start()] if where else str(error).removesuffix(" (at end of document)")
    return Mistake(key="", message=f"not valid TOML: {message}", line=int(where[1]) if where else None)
