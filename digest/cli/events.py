"""Events as lines: when, what, and its fields, for people and for programs alike."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

#: Told to those who ask for more; ``digest status`` shows the same at any time.
_QUIET = {"source_failed"}


def _on_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Writes ``2026-03-29T05:00:00Z published newsletter=main slot=2026-03-29 stories=10``."""

    verbose: bool = False
    write: Callable[[str], None] = _on_stderr

    def __call__(self, event: str, /, **fields: object) -> None:
        """Take the event down; a ``trace`` is an exception, shown whole."""
        if event in _QUIET and not self.verbose:
            return
        for line in self._lines(event, fields):
            self.write(line)

    def _lines(self, event: str, fields: dict[str, object]) -> Iterator[str]:
        error = fields.pop("trace", None)
        known = (f"{name}={_shown(value)}" for name, value in fields.items() if value not in {None, ""})
        yield " ".join([f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", event, *known])
        if isinstance(error, BaseException):
            yield "".join(traceback.format_exception(error)).rstrip()


def _shown(value: object) -> str:
    """One word as it is, anything else quoted; nothing in it moves a terminal's cursor."""
    text = str(value)
    if not re.fullmatch(r"[^\s\"=]+", text):
        text = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
