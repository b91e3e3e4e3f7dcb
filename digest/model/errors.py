"""Every error this package raises on purpose.

DigestError                 catch this for all of ours; each has an exit code
├── UsageError              the command or the settings are wrong: never retried (exit 2)
│   └── SettingsError       one or more mistakes in a settings file, all at once
├── StoreError              the store can't be opened, read or written
├── TemplateError           a template is broken: names file, line and cure
├── MailError                the mail server can't be used: by address, name, certificate or password
├── SourceError             one source can't be read: ``collect`` makes a value of it
└── NothingCollected        every source failed

The expected failure of *one* source, article or address is a value (``model.Failure``), not an error that gets out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


def one_line(text: str) -> str:
    """Words from outside on one line of a screen: signs that would do something there are written out."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in " ".join(text.split()))


class DigestError(Exception):
    """What happened, to what, and what to do next; ``exit_code`` is for the command line."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        #: What the person can do next; empty where the message says it all.
        self.hint = hint


class UsageError(DigestError):
    """The command or the settings are wrong; trying again changes nothing."""

    exit_code = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One mistake in a settings file."""

    key: str
    message: str
    line: int | None = None
    #: The nearest valid name or value; empty where there is none.
    suggestion: str = ""
    #: Where it stands, if not in the file: ``environment``.
    source: str = ""


class SettingsError(UsageError):
    """All mistakes of one settings file at once."""

    def __init__(self, source: str, mistakes: Sequence[Mistake], *, hint: str = "") -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self._lines()), hint=hint)

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
    """A template is broken; ``file`` and ``line`` say where."""

    def __init__(self, message: str, *, file: str, line: int | None = None, hint: str = "") -> None:
        self.file = file
        self.line = line
        super().__init__(f"{file}{f':{line}' if line else ''}: {message}", hint=hint)


class SourceError(DigestError):
    """One source can't be read now; one line says what is wrong and what to do."""

    def __init__(
        self,
        message: str,
        *,
        retry_at: datetime | None = None,
        gone: bool = False,
        status: int = 0,
        temporary: bool = False,
    ) -> None:
        #: The server asked not to be visited before then.
        self.retry_at = retry_at
        #: The server said that the source is gone for good.
        self.gone = gone
        #: What the server answered (RFC 9110, 15); 0 where it gave no answer.
        self.status = status
        #: It may go away by itself: a later try makes sense without a change.
        self.temporary = temporary
        super().__init__(message)


class MailError(DigestError):
    """The mail server can't be used now; what was to be sent waits in the ledger."""

    def __init__(self, message: str, *, hint: str = "", temporary: bool = False) -> None:
        super().__init__(message, hint=hint)
        #: It may go away by itself: a later try makes sense without a change.
        self.temporary = temporary


class NothingCollected(DigestError):
    """Every source failed."""
