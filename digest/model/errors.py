"""Errors that this package raises on purpose.

DigestError                 catch this for all of ours; each has an exit code
├── UsageError              the command or the settings are wrong: never retried (exit 2)
│   └── SettingsError       one or more mistakes in a settings file, all at once
├── StoreError              the store can't be opened, read or written
├── TemplateError           a template is broken: names file, line and cure
├── MailError                the mail server can't be used: by address, name, certificate or password
├── PluginError             a plugin can't be imported, fails, or returns something else than it should
├── SourceError             one source can't be read: ``collect`` turns it into a ``Failure``
└── NothingCollected        every source failed

The expected failure of a single source, article or address is a value (``model.Failure``), not an exception.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.text.credentials import redact


def one_line(text: str) -> str:
    """Untrusted text on one line of a terminal: control characters are escaped."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in " ".join(text.split())
    )


def describe_unexpected(error: Exception) -> str:
    """An unexpected exception in one line: its type and message."""
    return one_line(f"unexpected error: {type(error).__name__}: {error}".rstrip(": "))


class DigestError(Exception):
    """Base of all errors; ``exit_code`` is for the command line."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        #: What the user can do next; empty if the message is enough.
        self.hint = hint


class UsageError(DigestError):
    """The command or the settings are wrong; a retry changes nothing."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a settings file."""

    key: str
    message: str
    line: int | None = None
    #: The nearest valid name or value, if any.
    suggestion: str = ""
    #: Its origin, if not the file: ``environment``.
    source: str = ""


class SettingsError(UsageError):
    """All mistakes of one settings file at once."""

    def __init__(self, source: str, mistakes: Sequence[Mistake], *, hint: str = "") -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        super().__init__(redact("\n".join(self._lines())), hint=hint)

    def _lines(self) -> list[str]:
        def line(mistake: Mistake) -> str:
            where = mistake.source or self.source
            place = where if mistake.line is None else f"{where}:{mistake.line}"
            nearest = f" (did you mean {mistake.suggestion!r}?)" if mistake.suggestion else ""
            return ": ".join(filter(None, (place, mistake.key, mistake.message + nearest)))

        return [line(mistake) for mistake in self.mistakes]


class StoreError(DigestError):
    """The store can't be opened, read or written."""


class TemplateError(DigestError):
    """A template is broken, at ``file`` and ``line``."""

    def __init__(self, message: str, *, file: str, line: int | None = None, hint: str = "") -> None:
        self.message = message
        self.file = file
        self.line = line
        super().__init__(f"{file}{f':{line}' if line else ''}: {message}", hint=hint)

    def __reduce__(self) -> tuple[Callable[[], TemplateError], tuple[()]]:
        """For ``pickle``: the error crosses from the process that renders."""
        return partial(TemplateError, self.message, file=self.file, line=self.line, hint=self.hint), ()


class PluginError(DigestError):
    """A plugin can't be imported, raises, takes too long or returns a wrong value; the message names its package."""

    def __init__(self, message: str, *, hint: str = "", is_ended: bool = False) -> None:
        super().__init__(message, hint=hint)
        #: Its process was ended, at a limit or by itself: another call would take as long.
        self.is_ended = is_ended


class SourceError(DigestError):
    """One source can't be read; the message is one line with the cause and the remedy."""

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime | None = None,
        gone: bool = False,
        status: int = 0,
        temporary: bool = False,
    ) -> None:
        #: From the server's Retry-After header.
        self.retry_at = retry_at
        #: The server answered that the source is gone (410).
        self.gone = gone
        #: HTTP status (RFC 9110, 15); 0 without a response.
        self.status = status
        #: A retry without a change may succeed.
        self.temporary = temporary
        super().__init__(message)


class PrivateAddressError(SourceError):
    """An address that isn't public may not be fetched for this source."""


class MailError(DigestError):
    """The mail server can't be used now; unsent mails stay in the ledger."""

    def __init__(self, message: str, *, hint: str = "", temporary: bool = False) -> None:
        super().__init__(message, hint=hint)
        #: A retry without a change may succeed.
        self.temporary = temporary


class NothingCollected(DigestError):
    """Every source failed."""
