"""Event log of ``digest run``: a line for each event, as ``name=value`` fields or as JSON."""

from __future__ import annotations

import json
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.cli.errors import escape_control_characters
from digest.text.credentials import redact
from digest.text.time_format import iso_utc

#: Events logged only with ``--verbose``; ``digest status`` shows the same facts.
_VERBOSE_ONLY = {"source_failed"}


def write_stderr(line: str) -> None:
    """Print a line for people and log collectors."""
    print(line, file=sys.stderr, flush=True)


def write_stdout(line: str) -> None:
    """Print a line for programs."""
    print(line, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Writes ``2026-03-29T05:00:00Z published newsletter=main slot=2026-03-29 stories=10``, or the same as JSON."""

    verbose: bool = False
    as_json: bool = False
    write: Callable[[str], None] = write_stderr

    def __call__(self, event: str, /, **fields: object) -> None:
        """Write the event; the field ``trace`` is an exception, written with its traceback."""
        if event in _VERBOSE_ONLY and not self.verbose:
            return
        for line in self._lines(event, fields):
            with suppress(OSError):  # a full disk or a closed pipe must not stop deliveries
                self.write(line)

    def _lines(self, event: str, fields: dict[str, object]) -> Iterator[str]:
        at, error = iso_utc(datetime.now(UTC)), fields.pop("trace", None)
        fields = {name: redact(value) if isinstance(value, str) else value for name, value in fields.items()}
        trace = redact("".join(traceback.format_exception(error)).rstrip()) if isinstance(error, BaseException) else ""
        if self.as_json:
            document = {"at": at, "event": event} | fields | ({"trace": trace} if trace else {})
            yield json.dumps(document, default=str)
            return
        words = (f"{name}={_quoted(value)}" for name, value in fields.items() if value not in {None, ""})
        yield " ".join([at, event, *words])
        if trace:
            yield trace


def _quoted(value: object) -> str:
    """Quote anything but a single word, and escape control characters."""
    text = str(value)
    if not re.fullmatch(r"[^\s\"=]+", text):
        text = json.dumps(text, ensure_ascii=False)
    return escape_control_characters(text)
