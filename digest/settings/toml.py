"""Parses a settings file into tables, applies the environment, and locates each value for error messages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.model.errors import Mistake, SettingsError
from digest.settings.environment import apply_environment
from digest.settings.file import read_text
from digest.settings.line_numbers import KeyPath, key_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSettings:
    """Parsed tables before validation."""

    file: Path | None
    tables: dict[str, Any]
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    #: Environment variables by the key that they set.
    variables: Mapping[KeyPath, str] = field(default_factory=dict)
    #: Variables that match no key.
    mistakes: Sequence[Mistake] = ()

    @property
    def name(self) -> str:
        return str(self.file) if self.file else "environment"

    @property
    def folder(self) -> Path:
        """Base of relative paths."""
        return self.file.absolute().parent if self.file else Path.cwd()

    def mistake(self, path: KeyPath, message: str, *, suggestion: str = "") -> Mistake:
        """A mistake at ``path``, with its line or its variable."""
        variable = next((name for key, name in self.variables.items() if key[: len(path)] == path), "")
        if variable:
            return Mistake(key=variable, message=message, suggestion=suggestion, source="environment")
        parents = (path[:length] for length in range(len(path), 0, -1))
        line = next((self.lines[parent] for parent in parents if parent in self.lines), None)
        return Mistake(key=self._dotted(path), message=message, suggestion=suggestion, line=line)

    def _dotted(self, path: KeyPath) -> str:
        """``smtp.port``, ``sources[news].url``: an item by its id, else by its number."""
        match path:
            case (str(name), int(number), *keys):
                item = self.tables[name][number]
                id_ = item.get("id") if isinstance(item, dict) else None
                return ".".join((f"{name}[{id_ or number + 1}]", *map(str, keys)))
            case _:
                return ".".join(map(str, path))


def read_toml(file: Path | None, environ: Mapping[str, str]) -> RawSettings:
    """The tables of ``file``, overridden by the environment."""
    text = read_text(file) if file else ""
    try:
        tables = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SettingsError(str(file), [_syntax_mistake(error, text)]) from error
    variables, mistakes = apply_environment(tables, environ)
    return RawSettings(file=file, tables=tables, lines=key_lines(text), variables=variables, mistakes=mistakes)


def _syntax_mistake(error: Exception, text: str) -> Mistake:
    if isinstance(error, RecursionError):
        return Mistake(key="", message="not valid TOML: nested too deeply")
    position = re.search(r" \(at line (\d+), column \d+\)$", str(error))
    message = str(error)[: position.start()] if position else str(error).removesuffix(" (at end of document)")
    number = int(position[1]) if position else None
    line = text.splitlines()[number - 1] if number and number <= len(text.splitlines()) else ""
    return Mistake(key="", message=f"not valid TOML: {_likely_cause(line) or message}", line=number)


def _likely_cause(line: str) -> str:
    """What people paste or type most often where TOML wants something else; empty if the line shows none of it."""
    if re.search(r"=\s*[“”„‟‘’‚«»]", line):
        return 'its quotation marks are curly; values stand between straight ones: "…"'
    if re.search(r'=\s*"[^"]*\\', line):
        return r"a backslash in double quotes begins an escape; put a Windows path in single quotes: 'C:\news\feeds'"
    if re.match(r"\s*[\w-]+\s*:\s", line):
        return "a key and its value are separated by '=', not ':'"
    if re.match(r"\s*[\w-]+\s*=\s*[^\W\d][^\"'\[{]*$", line) and not re.search(r"=\s*(?:true|false|inf|nan)\b", line):
        return 'text stands between quotation marks: key = "…"'
    return ""
