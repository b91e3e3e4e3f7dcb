"""``digest completion``: print a shell script that completes commands and options."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.cli.parser import Parser
    from digest.settings import Settings

#: Those of ``shtab.SUPPORTED_SHELLS``; shtab itself is too heavy for ``--help``.
SHELLS = ("bash", "zsh", "tcsh", "fish", "powershell")
#: What ``--list`` prints; the scripts call it when a word is completed.
_LISTS = ("newsletters", "sources", "stories", "summarizers", "templates")
_LIST_OF_OPTION = {
    "--newsletter": "newsletters",
    "--mute": "sources",
    "--unmute": "sources",
    "--summarizer": "summarizers",
    "--template": "templates",
}
_EXAMPLES = """\
examples:
  digest completion bash > ~/.local/share/bash-completion/completions/digest
  digest completion zsh > ~/.zfunc/_digest
  digest completion fish > ~/.config/fish/completions/digest.fish
  digest completion powershell >> $PROFILE

The scripts complete commands, options, files, and what 'digest completion --list' prints of your settings.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("shell", nargs="?", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    parser.add_argument("--list", choices=_LISTS, metavar="NAMES", help=f"one on each line: {', '.join(_LISTS)}")


def run(args: argparse.Namespace) -> int:
    """Print the script, or a list of names."""
    if bool(args.shell) == bool(args.list):
        from digest.model.errors import UsageError

        raise UsageError(f"name a shell: {', '.join(SHELLS)}", hint="'digest completion --help' has examples")
    if args.list:
        for name in _names(args):
            print(name)
        return 0
    import shtab

    from digest.cli import COMMANDS
    from digest.cli.parser import build_parser

    top = build_parser(COMMANDS)
    for parser in top.with_subcommands():
        _set_completions(parser)
    print(shtab.complete(top, shell=args.shell))
    return 0


def _set_completions(parser: Parser) -> None:
    """Tell shtab what the values of arguments are: names of the settings, files, folders."""
    import shtab

    for action in parser._actions:
        names = next((_LIST_OF_OPTION[option] for option in action.option_strings if option in _LIST_OF_OPTION), "")
        if parser.prog.startswith("digest sources ") and action.dest == "id" and not action.option_strings:
            names = "sources"
        if parser.prog.startswith("digest editions ") and action.metavar == "STORY":
            names = "stories"
        if names:
            value = shtab.cmd(f"digest completion --list {names}")
        elif action.choices is None and action.metavar in {"FILE", "SOURCE"}:
            value = shtab.FILE
        elif action.choices is None and action.metavar in {"DIR", "FOLDER"}:
            value = shtab.DIRECTORY
        else:
            continue
        action.complete = value  # type: ignore[attr-defined]  # argparse doesn't know it; shtab reads it


def _names(args: argparse.Namespace) -> Iterable[str]:
    """The names that may be given; of settings that can't be read, the shipped ones."""
    from digest.cli.arguments import load_settings
    from digest.model.errors import DigestError

    if args.list == "summarizers":
        return _summarizers()
    if args.list == "templates":
        from digest.render.template_paths import template_names
        from digest.settings import shipped_files

        return template_names((shipped_files.templates(),))
    try:
        settings = load_settings(args)
    except DigestError:  # a key press is no place for an error
        return ()
    if args.list == "stories":
        return _stories(settings)
    return [each.id for each in (settings.newsletters if args.list == "newsletters" else settings.sources)]


def _stories(settings: Settings) -> list[str]:
    """Numbers of the stories in the drafts that wait for editors."""
    from digest.model.errors import DigestError
    from digest.pipeline.app import make_app
    from digest.pipeline.editor_desk import waiting_drafts
    from digest.store import open_store

    try:
        with open_store(settings.store.url, read_only=True) as store:
            drafts = waiting_drafts(make_app(settings, store=store))
    except DigestError:  # likewise
        return []
    return list(dict.fromkeys(str(story.number) for draft in drafts for story in draft.stories))


def _summarizers() -> list[str]:
    """Those that are built in, and those that installed packages declare; none is imported.

    A shell expands what it completes: names with other characters are left out.
    """
    from digest.settings.plugins import BUILT_IN, PluginPoint, installed_plugins

    point = PluginPoint.SUMMARIZER
    plugins = [plugin.name for plugin in installed_plugins(point) if not plugin.problem]
    return [*BUILT_IN[point], *dict.fromkeys(name for name in plugins if re.fullmatch(r"[\w.-]+", name))]
