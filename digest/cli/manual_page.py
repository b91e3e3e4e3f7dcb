"""The manual page ``digest.1``, from the parsers of all commands. Built with the wheel (``hatch_build.py``).

https://man7.org/linux/man-pages/man7/man-pages.7.html
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

from digest.cli.parser import Parser

_EXIT_STATUS = {
    "0": "done; a source that failed is reported, and is no failure",
    "1": "failed: every source failed, or a delivery is not final",
    "2": "wrong usage or settings",
    "130": "interrupted",
}
_ENVIRONMENT = {
    "DIGEST_CONFIG": "the settings file, unless --config names one",
    "DIGEST_SECTION__KEY": "any value of the settings, as in DIGEST_SMTP__PASSWORD",
    "NO_COLOR": "no colours on the terminal",
}


def manual_page(parser: Parser, version: str) -> str:
    """The page in the language of ``man``; ``parser`` knows the arguments of all commands."""
    # Without a date: the same version gives the same bytes.
    title = f'.TH DIGEST 1 "" "digest {_escaped(version)}" "User Commands"'
    lines = [title, ".SH NAME", "digest \\- newsletter digests of feeds, pages and files", ".SH SYNOPSIS"]
    lines += [*_synopsis(parser), ".SH DESCRIPTION", *_text(parser.description or "")]
    lines += [".SH OPTIONS", *_arguments(parser), ".SH COMMANDS"]
    for command in parser.subcommands.values():
        for described in command.with_subcommands():
            lines += [f".SS {_escaped(described.prog)}", *_command(described, is_action=described is not command)]
    lines += [".SH ENVIRONMENT", *_definitions(_ENVIRONMENT)]
    lines += [".SH EXIT STATUS", *_definitions(_EXIT_STATUS)]
    lines += [".SH EXAMPLES", *_examples(parser.epilog or "")]
    return "\n".join(lines) + "\n"


def _command(parser: Parser, *, is_action: bool) -> Iterator[str]:
    yield from _synopsis(parser)
    yield ".PP"
    yield from _text(parser.description or "")
    yield from _arguments(parser)
    if parser.epilog and not is_action:  # the actions of a command have its examples
        yield ".PP"
        yield from _examples(parser.epilog)


def _synopsis(parser: Parser) -> Iterator[str]:
    usage = " ".join(parser.format_usage().split()).removeprefix("usage: ").removeprefix(parser.prog)
    yield f".B {_escaped(parser.prog)}"
    yield from _text(usage)


def _arguments(parser: Parser) -> Iterator[str]:
    formatter = argparse.HelpFormatter(parser.prog, max_help_position=32, width=200)
    for action in parser._actions:  # no public way leads to them
        is_common = action.dest in {"config", "verbose"} and " " in parser.prog
        if is_common or action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction):
            continue
        yield ".TP"
        yield f".B {_escaped(formatter._format_action_invocation(action))}"
        yield from _text(formatter._expand_help(action) if action.help else "")


def _definitions(texts: dict[str, str]) -> Iterator[str]:
    for term, text in texts.items():
        yield ".TP"
        yield f".B {_escaped(term)}"
        yield from _text(text)


def _examples(epilog: str) -> Iterator[str]:
    """Text as it stands, line by line."""
    yield from (".nf", *(_escaped(line) for line in epilog.rstrip("\n").splitlines()), ".fi")


def _text(text: str) -> Iterator[str]:
    if text := " ".join(text.split()):
        yield _escaped(text)


def _escaped(text: str) -> str:
    """A line of roff that prints the text."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", text)
    return f"\\&{text}" if text[:1] in {".", "'"} else text
