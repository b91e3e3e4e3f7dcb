"""``config/COMMANDS.md``: every command with its arguments and examples, written from the argument parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import groupby

from digest.cli import COMMANDS
from digest.cli.parser import Parser, build_parser

PATH = "config/COMMANDS.md"
_INTRODUCTION = """\
# Commands

Made from the program by `.venv/bin/uv run python -m tests.docs`; a test compares them. `digest COMMAND --help` prints
the same. Exit codes, JSON and addresses: [INTERFACES.md](INTERFACES.md). Recipes: [HOWTO.md](HOWTO.md).

Every command takes `--config FILE` (the settings, [found like this](README.md#which-file-is-read) without it),
`--verbose` (more messages, and the traceback of an error) and `--help`. `digest --version` prints the version.
"""
#: Options of every command, which the introduction explains.
_COMMON = {"--help", "--config", "--verbose"}


def commands_page() -> str:
    """Return the page's text."""
    parsers = build_parser(COMMANDS).subcommands
    index = [f"| [`digest {name}`](#digest-{name}) | {summary} |" for name, summary in COMMANDS.items()]
    lines = [_INTRODUCTION, "| command | what it does |", "| --- | --- |", *index]
    for name in COMMANDS:
        lines += ["", *_section(parsers[name], f"digest {name}", "##")]
    return "\n".join(lines) + "\n"


def _section(parser: Parser, name: str, heading: str, *, inherited: str = "") -> Iterator[str]:
    """A command, then its actions; examples that an action shares with its command are shown once."""
    yield from (f"{heading} {name}", "", parser.description or "", "")
    actions = [action for action in parser._actions if _is_shown(action)]
    yield f"`{' '.join([name, *_usage(parser, actions)])}`"
    if actions:
        yield from ("", "| argument | meaning |", "| --- | --- |")
        for action in actions:
            yield f"| {_invocation(action)} | {_meaning(parser, action)} |"
    epilog = parser.epilog or ""
    if epilog != inherited:
        yield from _epilog(epilog)
    for action_name, child in parser.subcommands.items():
        yield ""
        yield from _section(child, f"{name} {action_name}", f"{heading}#", inherited=epilog)


def _epilog(text: str) -> Iterator[str]:
    """The examples in a block, between the notes that stand before and after them."""
    lines = [line for line in text.splitlines() if line and line != "examples:"]
    for is_example, group in groupby(lines, key=lambda line: line.startswith("  ")):
        shown = [line.removeprefix("  ") for line in group]
        yield from ("", "```", *shown, "```") if is_example else ("", *shown)


def _is_shown(action: argparse.Action) -> bool:
    is_hidden = action.help is argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction)
    return not is_hidden and not _COMMON & set(action.option_strings)


def _usage(parser: Parser, actions: list[argparse.Action]) -> Iterator[str]:
    """What follows the command's name: required options, whether there are others, and positional arguments."""
    options = [action for action in actions if action.option_strings]
    yield from (" ".join([action.option_strings[-1], *_values(action)]) for action in options if action.required)
    if any(not action.required for action in options):
        yield "[options]"
    for action in actions:
        if not action.option_strings:
            yield from _values(action)
    if parser.subcommands:
        yield "ACTION" if parser._subparsers and _needs_action(parser) else "[ACTION]"


def _needs_action(parser: Parser) -> bool:
    return any(action.required for action in parser._actions if isinstance(action, argparse._SubParsersAction))


def _values(action: argparse.Action) -> list[str]:
    """The argument's values as usage shows them; none for a switch."""
    if action.nargs == 0:
        return []
    name = action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper())
    text = {"?": f"[{name}]", "*": f"[{name} ...]", "+": f"{name} [{name} ...]"}.get(str(action.nargs), str(name))
    return [text]


def _invocation(action: argparse.Action) -> str:
    """``-n``, ``--newsletter ID``: all spellings, with the value after the last."""
    spellings = [*action.option_strings[:-1], " ".join([*action.option_strings[-1:], *_values(action)])]
    return ", ".join(f"`{_cell(text)}`" for text in spellings)


def _meaning(parser: Parser, action: argparse.Action) -> str:
    text = _cell(parser._get_formatter()._expand_help(action)) if action.help else ""
    others = [
        f"`{other.option_strings[-1]}`"
        for group in parser._mutually_exclusive_groups
        for other in group._group_actions
        if action in group._group_actions and other is not action
    ]
    return f"{text}; not together with {' or '.join(others)}" if others else text


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
