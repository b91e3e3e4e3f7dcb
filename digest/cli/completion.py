"""``digest completion``: print a shell script that completes commands and options."""

from __future__ import annotations

import argparse

#: Those of ``shtab.SUPPORTED_SHELLS``; shtab itself is too heavy for ``--help``.
SHELLS = ("bash", "zsh", "tcsh", "fish", "powershell")
_EXAMPLES = """\
examples:
  digest completion bash > ~/.local/share/bash-completion/completions/digest
  digest completion zsh > ~/.zfunc/_digest
  digest completion fish > ~/.config/fish/completions/digest.fish
  digest completion powershell >> $PROFILE
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from digest.cli import COMMANDS
    from digest.cli.parser import build_parser

    print(shtab.complete(build_parser(COMMANDS), shell=args.shell))
    return 0
