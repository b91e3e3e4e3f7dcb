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
from digest.jobs.events import level_of
from digest.model.log_context import current_log_fields
from digest.text.credentials import redact
from digest.text.mail_addresses import hide_mail_addresses
from digest.text.time_format import iso_utc

#: Events logged only with ``--verbose``; ``digest status`` shows the same facts.
_VERBOSE_ONLY = {"source_failed"}
#: Fields that may hold a mail address: who used the operator's pages is what their events are for.
_WITH_ADDRESS = {"operator"}


def write_stderr(line: str) -> None:
    """Print a line for people and log collectors."""
    print(line, file=sys.stderr, flush=True)


def write_stdout(line: str) -> None:
    """Print a line for programs."""
    print(line, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLog:
    """Writes ``2026-03-29T05:00:00Z published edition=1 stories=10 newsletter=main slot=2026-03-29``, or JSON.

    Fields of the log context are added. Passwords and mail addresses are left out.
    """

    verbose: bool = False
    as_json: bool = False
    write: Callable[[str], None] = write_stderr

    def __call__(self, event: str, /, **fields: object) -> None:
        """Write the event; the field ``trace`` is an exception, or its traceback."""
        if event in _VERBOSE_ONLY and not self.verbose:
            return
        for line in self._lines(event, fields):
            with suppress(OSError):  # a full disk or a closed pipe must not stop deliveries
                self.write(line)

    def _lines(self, event: str, fields: dict[str, object]) -> Iterator[str]:
        at, trace = iso_utc(datetime.now(UTC)), _traceback(fields.pop("trace", None))
        context = {name: value for name, value in current_log_fields().items() if name not in fields}
        fields = {
            name: value if name in _WITH_ADDRESS else _shown(value) for name, value in {**fields, **context}.items()
        }
        if self.as_json:
            level = level_of(event, has_trace=bool(trace))
            document = {"at": at, "level": level, "event": event} | fields | ({"trace": trace} if trace else {})
            yield json.dumps(document, default=str)
            return
        if "job" in context:  # the event's name tells it
            del fields["job"]
        words = (f"{name}={_quoted(value)}" for name, value in fields.items() if value not in {None, ""})
        yield " ".join([at, event, *words])
        if trace:
            yield trace


def _traceback(error: object) -> str:
    """The traceback of an exception, or that of another process's."""
    lines = traceback.format_exception(error) if isinstance(error, BaseException) else [str(error or "")]
    return str(_shown("".join(lines).rstrip()))


def _shown(value: object) -> object:
    return hide_mail_addresses(redact(value)) if isinstance(value, str) else value


def _quoted(value: object) -> str:
    """Quote anything but a single word, and escape control characters."""
    text = str(value)
    if not re.fullmatch(r"[^\s\"=]+", text):
        text = json.dumps(text, ensure_ascii=False)
    return escape_control_characters(text)
