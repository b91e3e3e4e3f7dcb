"""Reading the command line: argparse, with the nearest right word for a wrong one."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module

from digest import __version__
from digest.cli import COMMANDS

TYPE_CHECKING = False  # typing itself would cost a tenth of ``digest --help``
if TYPE_CHECKING:
    from typing import NoReturn

    from _typeshed import SupportsWrite

_EXAMPLES = """\
examples:
  digest preview                                    the sample, or the configured newsletter
  digest preview https://example.org/feed.xml       a digest of any feed, page, file or folder
  digest init news --from https://example.org       settings for a newsletter of your own

'digest COMMAND --help' tells more.
"""
_CONFIG = "settings (default: $DIGEST_CONFIG, ./digest.toml, the user's configuration folder)"


class Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the screen, to a limit; argparse would import shutil to find that out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width(), max_help_position=32)


def _width() -> int:
    if os.environ.get("COLUMNS", "").isdecimal():
        return int(os.environ["COLUMNS"])
    try:
        return min(os.get_terminal_size(1).columns, 120)
    except OSError:
        return 120


class Parser(argparse.ArgumentParser):
    """An argument parser that raises ``UsageError`` and says what was probably meant."""

    def __init__(self, **options: object) -> None:
        options = {"allow_abbrev": False, "formatter_class": Help} | options
        super().__init__(**options)  # type: ignore[arg-type]  # argparse passes its own options through

    def error(self, message: str) -> NoReturn:
        from digest.model.errors import UsageError  # dataclasses: only who errs pays for them
        from digest.text.suggest import nearest

        word, known = self._mistaken(message)
        near = nearest(word, known)
        meant = f" (did you mean {near!r}?)" if near else ""
        raise UsageError(message + meant, hint=f"'{self.prog} --help' shows what there is")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        """argparse itself keeps silent about a disk that is full."""
        if message and file is not None:
            file.write(message)

    def _mistaken(self, message: str) -> tuple[str, Iterable[str]]:
        """The word that argparse complains about, and those that it would have taken."""
        if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message):
            return choice[1], re.findall(r"[\w-]+", choice[2])
        if unknown := re.search(r"unrecognized arguments: (-[^\s=]+)", message):
            return unknown[1], (option for parser in _tree(self) for option in parser._option_string_actions)
        return "", ()


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """What ``argv`` asks for; only the named command's module is imported."""
    command = next(_words(argv), "")
    known = parser([command] if command in COMMANDS else [])
    args = known.parse_args(argv)
    if args.command is None:
        known.error(f"which command? there are {', '.join(COMMANDS)}")
    return args


def parser(configured: Iterable[str]) -> Parser:
    """The parser of all commands; those of ``configured`` know their options too."""
    top = Parser(prog="digest", description="Newsletter digests: each story once, in verbatim sentences.")
    top.epilog = _EXAMPLES
    top.add_argument("--version", action="version", version=f"digest {__version__}")
    _add_common(top, config=None, verbose=False)
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        if name in configured:
            import_module(f"digest.cli.{name}").configure(command)
            for leaf in _tree(command):
                leaf.epilog = leaf.epilog or command.epilog
                _add_common(leaf, config=argparse.SUPPRESS, verbose=argparse.SUPPRESS)
    return top


def add_actions(parser: argparse.ArgumentParser, summaries: Mapping[str, str]) -> dict[str, argparse.ArgumentParser]:
    """A command's actions, each with its line of help; ``args.action`` is the one that was named."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    return {
        name: actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        for name, summary in summaries.items()
    }


def _add_common(parser: Parser, *, config: str | None, verbose: bool | str) -> None:
    """The options that stand before or after the command, as one likes."""
    parser.add_argument("--config", metavar="FILE", default=config, help=_CONFIG)
    parser.add_argument("--verbose", action="store_true", default=verbose, help="tell more; show where an error arose")


def _tree(parser: argparse.ArgumentParser) -> Iterator[Parser]:
    """The parser and all those below it."""
    assert isinstance(parser, Parser)  # subparsers are made by their parent's class
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from _tree(child)


def _words(argv: Sequence[str]) -> Iterator[str]:
    """The arguments that are neither options nor the value of ``--config``."""
    rest = iter(argv)
    for word in rest:
        if word == "--config":
            next(rest, None)
        elif not word.startswith("-"):
            yield word
