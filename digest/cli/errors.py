"""Messages on stderr: an error becomes a message, a hint and an exit code; tracebacks only with ``--verbose``."""

from __future__ import annotations

import errno
import logging
import sys
import traceback
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from digest.cli import BROKEN_PIPE, FAILED, INTERRUPTED
from digest.model.errors import DigestError, one_line
from digest.text.credentials import redact

if TYPE_CHECKING:
    from digest.model.failures import Failure


def report_error(error: BaseException, *, verbose: bool) -> int:
    """Print the error and what to do next; return the exit code."""
    if any(isinstance(cause, KeyboardInterrupt) for cause in _causes(error)):
        print_stderr("interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # the reader of the pipe, ``head`` for example, has ended
        return BROKEN_PIPE
    if verbose:
        print(redact("".join(traceback.format_exception(error))), end="", file=sys.stderr)
    print_stderr(*_message_and_hint(error))
    return error.exit_code if isinstance(error, DigestError) else FAILED


def print_stderr(message: str, hint: str = "") -> None:
    """Print a message on stderr: without passwords in addresses, and with control characters escaped."""
    text = f"digest: {message}" + (f"\n  {hint}" if hint else "")
    print(escape_control_characters(redact(text), keep="\n"), file=sys.stderr)


def print_failures(failures: Iterable[Failure]) -> None:
    """Print a line for each source that could not be read."""
    for failure in failures:
        print_stderr(f"{failure.source} ({failure.url}): {failure.error}")


def log_tracebacks(exceptions: Iterable[tuple[str, Exception]]) -> None:
    """Log unexpected exceptions with their tracebacks; logs are shown with ``--verbose``."""
    for source, exception in exceptions:
        logging.getLogger(__name__).error("%s", one_line(source), exc_info=exception)


class RedactingFormatter(logging.Formatter):
    """Formatter of log records and their tracebacks that removes passwords from addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """Format the record."""
        return redact(super().format(record))


def escape_control_characters(text: str, *, keep: str = "") -> str:
    """Write characters that are not printable, other than those of ``keep``, as ``\\x1b``."""
    return "".join(
        character if character.isprintable() or character in keep else ascii(character)[1:-1] for character in text
    )


def _message_and_hint(error: BaseException) -> tuple[str, str]:
    match error:
        case DigestError():
            return str(error), error.hint
        case OSError(errno=errno.ENOSPC):
            return _system_message(error), "free some disk space, then run it again; no work is lost"
        case OSError():
            return _system_message(error), ""
        case _:
            # One line: SQLAlchemy appends the statement.
            description = f"unexpected error: {type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
            return description, "run it again with --verbose to see the traceback"


def _system_message(error: OSError) -> str:
    files = ": ".join(str(name) for name in (error.filename, error.filename2) if name)
    return f"{files or 'cannot write'}: {error.strerror or error}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Iterate over the error, the errors it came from, and the members of groups."""
    seen: set[int] = set()
    stack: list[BaseException | None] = [error]
    while stack:
        cause = stack.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        stack += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            stack += cause.exceptions
