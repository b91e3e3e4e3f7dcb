"""How an error ends the program: one clear message on stderr and the right exit code, never a traceback unasked."""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Iterator

from digest.cli import BROKEN_PIPE, FAILED, INTERRUPTED
from digest.model.errors import DigestError


def explain(error: BaseException, *, verbose: bool) -> int:
    """Print what went wrong and what to do next; return the exit code."""
    if any(isinstance(cause, KeyboardInterrupt) for cause in _causes(error)):
        say("interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # ``| head`` has seen enough
        return BROKEN_PIPE
    if verbose:
        traceback.print_exception(error)
    message, hint = _words(error)
    say(message, hint)
    return error.exit_code if isinstance(error, DigestError) else FAILED


def say(message: str, hint: str = "") -> None:
    """Talk to the person: on stderr, without escapes that could come from outside."""
    text = f"digest: {message}" + (f"\n  {hint}" if hint else "")
    shown = "".join(sign if sign.isprintable() or sign == "\n" else ascii(sign)[1:-1] for sign in text)
    print(shown, file=sys.stderr)


def _words(error: BaseException) -> tuple[str, str]:
    """What happened, and what to do next."""
    match error:
        case DigestError():
            return str(error), error.hint
        case OSError(errno=errno.ENOSPC):
            return _of_system(error), "make room, then run it again; nothing is half done"
        case OSError():
            return _of_system(error), ""
        case _:
            name = type(error).__name__
            return f"something unforeseen: {name}: {error}".rstrip(": "), "run it again with --verbose to see where"


def _of_system(error: OSError) -> str:
    where = ": ".join(str(name) for name in (error.filename, error.filename2) if name)
    return f"{where or 'can not write'}: {error.strerror or error}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what it came from, and the members of groups."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        cause = waiting.pop()
        if cause is None or id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [cause.__cause__, cause.__context__]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions
