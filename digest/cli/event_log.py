"""Events as lines: when, what, and its fields, for people and for programs alike."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.text.time_format import iso_utc

#: Told to those who ask for more; ``digest status`` shows the same at any time.
_QUIET = {"source_failed"}


def on_stderr(line: str) -> None:
    """For people, and for what keeps logs."""
    print(line, file=sys.stderr, flush=True)


def on_stdout(line: str) -> None:
    """For programs."""
    print(line, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Events:
    """Writes ``2026-03-29T05:00:00Z published newsletter=main slot=2026-03-29 stories=10``, or the same as JSON."""

    verbose: bool = False
    as_json: bool = False
    write: Callable[[str], None] = on_stderr

    def __call__(self, event: str, /, **fields: object) -> None:
        """Take the event down; a ``trace`` is an exception, shown whole."""
        if event in _QUIET and not self.verbose:
            return
        for line in self._lines(event, fields):
            with suppress(OSError):  # a disk that is full of logs, or a reader who left, stops no mail
                self.write(line)

    def _lines(self, event: str, fields: dict[str, object]) -> Iterator[str]:
        at, error = iso_utc(datetime.now(UTC)), fields.pop("trace", None)
        trace = "".join(traceback.format_exception(error)).rstrip() if isinstance(error, BaseException) else ""
        if self.as_json:
            told = {"at": at, "event": event} | fields | ({"trace": trace} if trace else {})
            yield json.dumps(told, default=str)
            return
        known = (f"{name}={_shown(value)}" for name, value in fields.items() if value not in {None, ""})
        yield " ".join([at, event, *known])
        if trace:
            yield trace


def _shown(value: object) -> str:
    """One word as it is, anything else quoted; nothing in it moves a terminal's cursor."""
    text = str(value)
    if not re.fullmatch(r"[^\s\"=]+", text):
        text = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)
