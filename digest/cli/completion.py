"""``digest completion``: a script that lets the shell complete commands and options."""

from __future__ import annotations

import argparse

_SHELLS = ("bash", "zsh", "tcsh")
_EXAMPLES = """\
examples:
  digest completion bash > ~/.local/share/bash-completion/completions/digest
  digest completion zsh > ~/.zfunc/_digest
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes."""
    parser.epilog = _EXAMPLES
    parser.add_argument("shell", choices=_SHELLS, metavar="SHELL", help="bash, zsh or tcsh")


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from digest.cli import COMMANDS
    from digest.cli.parser import parser

    print(shtab.complete(parser(COMMANDS), shell=args.shell))
    return 0
