"""Argument parser of all commands: argparse with suggestions for misspelt words."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from digest import __version__
from digest.cli import COMMANDS

TYPE_CHECKING = False  # importing typing would take a tenth of ``digest --help``
if TYPE_CHECKING:
    from typing import NoReturn

    from _typeshed import SupportsWrite

_EXAMPLES = """\
examples:
  digest preview                                    the sample, or the configured newsletter
  digest preview https://example.org/feed.xml       a digest of any feed, page, file or folder
  digest init news --from https://example.org       settings for a newsletter of your own

'digest COMMAND --help' describes a command.
"""
_CONFIG = "settings (default: $DIGEST_CONFIG, ./digest.toml, the user's configuration folder)"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, at most 120 columns; argparse would import shutil to find the width."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_terminal_width(), max_help_position=32)


def _terminal_width() -> int:
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"])
    try:
        return min(os.get_terminal_size(1).columns, 120)
    except OSError:
        return 120


class _PrintVersion(argparse.Action):
    """``--version``; argparse's own action ignores a full disk."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"digest {__version__}")
        parser.exit()


class Parser(argparse.ArgumentParser):
    """Argument parser that raises ``UsageError`` with a suggestion, and knows the parsers of its subcommands."""

    def __init__(self, **options: object) -> None:
        options = {"allow_abbrev": False, "formatter_class": HelpFormatter} | options
        super().__init__(**options)  # type: ignore[arg-type]  # argparse passes its own options through
        self.subcommands: dict[str, Parser] = {}

    def add_subcommands(self, summaries: Mapping[str, str], *, dest: str, required: bool = False) -> dict[str, Parser]:
        """Add a parser for each name, with its line of help; ``args.<dest>`` will be the name that was chosen."""
        group = self.add_subparsers(dest=dest, metavar=dest.upper(), required=required, title=f"{dest}s")
        for name, summary in summaries.items():
            description = f"{summary[0].upper()}{summary[1:]}."
            self.subcommands[name] = group.add_parser(name, help=summary, description=description)
        return self.subcommands

    def add_actions(self, summaries: Mapping[str, str]) -> dict[str, Parser]:
        """Add a command's actions, as ``args.action``."""
        return self.add_subcommands(summaries, dest="action", required=True)

    def with_subcommands(self) -> Iterator[Parser]:
        """Iterate over this parser and all parsers below it."""
        yield self
        for child in self.subcommands.values():
            yield from child.with_subcommands()

    def error(self, message: str) -> NoReturn:
        from digest.model.errors import UsageError  # dataclasses: imported only for an error
        from digest.text.suggest import nearest

        suggestion = nearest(*self._misspelt(message))
        did_you_mean = f" (did you mean {suggestion!r}?)" if suggestion else ""
        raise UsageError(message + did_you_mean, hint=f"'{self.prog} --help' lists the options")

    def print_help(self, file: SupportsWrite[str] | None = None) -> None:
        """Print the help; unlike argparse's own method, raise ``OSError`` if the disk is full."""
        print(self.format_help(), end="", file=file)

    def _misspelt(self, message: str) -> tuple[str, Iterable[str]]:
        """Return the word that argparse complains about, and the words it would have accepted."""
        if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            return choice[1], re.findall(r"[\w-]+", choice[2])
        if unknown := re.search(r"unrecognized arguments: (-[^\s=]+)", message):
            usages = (parser.format_usage() for parser in self.with_subcommands())
            return unknown[1], (option for usage in usages for option in re.findall(r"(?<![\w-])--?[a-z][\w-]*", usage))
        return "", ()


def parse_args(argv: Sequence[str]) -> argparse.Namespace:
    """Parse ``argv``; only the module of the named command is imported. Raises ``UsageError``."""
    command = next(_positional(argv), "")
    parser = build_parser([command] if command in COMMANDS else [])
    args = parser.parse_args(argv)
    if args.command is None:
        parser.error(f"no command given; choose one of {', '.join(COMMANDS)}")
    return args


def build_parser(configured: Iterable[str]) -> Parser:
    """Build the parser of all commands; only those in ``configured`` get their own arguments."""
    top = Parser(prog="digest", description="Newsletter digests: each story once, in verbatim sentences.")
    top.epilog = _EXAMPLES
    top.add_argument(
        "--version", action=_PrintVersion, nargs=0, default=argparse.SUPPRESS, help="print the version and exit"
    )
    _add_common_options(top, config=None, verbose=False)
    commands = top.add_subcommands(COMMANDS, dest="command")
    for name in configured:
        command = commands[name]
        import_module(f"digest.cli.{name}").configure(command)
        for parser in command.with_subcommands():
            parser.epilog = parser.epilog or command.epilog
            _add_common_options(parser, config=argparse.SUPPRESS, verbose=argparse.SUPPRESS)
    return top


def _add_common_options(parser: Parser, *, config: str | None, verbose: bool | str) -> None:
    """Add the options that may stand before or after the command."""
    parser.add_argument("--config", metavar="FILE", default=config, help=_CONFIG)
    parser.add_argument(
        "--verbose", action="store_true", default=verbose, help="show more messages, and the traceback of an error"
    )


def _positional(argv: Sequence[str]) -> Iterator[str]:
    """Iterate over the arguments that are neither options nor the value of ``--config``."""
    words = iter(argv)
    for word in words:
        if word == "--config":
            next(words, None)
        elif not word.startswith("-"):
            yield word
