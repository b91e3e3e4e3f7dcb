"""Terminal that questions are asked on; tests have another one with the answers in it."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

from digest.cli.errors import escape_control_characters
from digest.model.errors import DigestError, UsageError
from digest.text.credentials import redact

T = TypeVar("T")
_MAX_WIDTH = 100


class Terminal(Protocol):
    """Prints messages and asks questions; the end of input is a ``KeyboardInterrupt``."""

    def say(self, message: str, *, indent: int = 0) -> None:
        """Print a message, wrapped at the terminal's width."""

    def ask(self, question: str, default: str = "") -> str:
        """The line that was typed, without spaces around it; the default for an empty one."""

    def ask_secret(self, question: str) -> str:
        """The line that was typed, unseen."""


class SystemTerminal:
    """This process's terminal: questions on stderr, answers from stdin."""

    def __init__(self) -> None:
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")  # typed in another encoding than the locale's

    def say(self, message: str, *, indent: int = 0) -> None:
        """Print a message on stderr."""
        from textwrap import fill

        width = max(20, min(shutil.get_terminal_size().columns, _MAX_WIDTH))
        text = escape_control_characters(redact(message))
        pad = " " * indent
        filled = fill(
            text,
            width,
            initial_indent=pad,
            subsequent_indent=pad + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        print(filled, file=sys.stderr)

    def ask(self, question: str, default: str = "") -> str:
        """Read a line from stdin."""
        shown = f" [{default}]" if default else ""
        print(escape_control_characters(f"{question}{shown}: "), end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.endswith("\n"):  # Ctrl-D, or the terminal is gone
            print(file=sys.stderr)
            raise KeyboardInterrupt
        return line.strip() or default

    def ask_secret(self, question: str) -> str:
        """Read a line from the terminal without echo."""
        from getpass import getpass

        try:
            return getpass(f"{question}: ", stream=sys.stderr)
        except EOFError:
            raise KeyboardInterrupt from None


def is_on_terminal() -> bool:
    """Whether somebody can be asked: stdin and stderr are terminals."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def ask_until_valid(terminal: Terminal, question: str, default: str, parse: Callable[[str], T]) -> T:
    """Ask until the answer can be parsed; what is wrong with another one is said."""
    while True:
        try:
            return parse(terminal.ask(question, default))
        except UsageError as error:
            say_error(terminal, error)


def ask_yes(terminal: Terminal, question: str, *, default: bool = True) -> bool:
    """Ask a question that is answered by yes or no."""
    while True:
        answer = terminal.ask(f"{question} [{'Y/n' if default else 'y/N'}]").lower()
        if answer in {"y", "yes", "n", "no", ""}:
            return default if not answer else answer.startswith("y")
        terminal.say("answer y or n", indent=2)


def say_error(terminal: Terminal, error: DigestError) -> None:
    """Say what is wrong, and what to do about it."""
    terminal.say(str(error), indent=2)
    if error.hint:
        terminal.say(error.hint, indent=2)
