"""``digest web``: the password of the operator's pages, and the end of all sessions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from digest.cli.arguments import load_settings
from digest.cli.parser import Parser

if TYPE_CHECKING:
    from digest.settings import Settings

_EXAMPLES = """\
examples:
  digest web password                     asks for it twice; its hash goes to [web] operator_password_file
  digest web password < password.txt      the first line of stdin
  digest web logout                       everybody must log in again
"""
_ACTIONS = {
    "password": "set the password of the operator's pages, below /operator/; it ends all sessions",
    "logout": "end all sessions of the operator's pages",
}
_DEFAULT_NAME = "operator"


def configure(parser: Parser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    actions = parser.add_actions(_ACTIONS)
    actions["password"].add_argument(
        "--file",
        type=Path,
        metavar="FILE",
        help="where its hash goes (default: [web] operator_password_file, else 'operator' beside the settings)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the action."""
    settings = load_settings(args)
    if args.action == "logout":
        return _logout(settings)
    return _set_password(args.file, settings)


def _set_password(chosen: Path | None, settings: Settings) -> int:
    """Read a password and write its hash. Raises ``UsageError`` for one that is too short."""
    from digest.cli.errors import print_stderr
    from digest.model.errors import DigestError
    from digest.pipeline.operator_password import hash_password, save_password

    file = _password_file(chosen, settings)
    hashed = hash_password(_read_password())
    try:
        save_password(hashed, file)
    except OSError as error:
        message = f"can't write {file}: {error.strerror or error}"
        raise DigestError(message, hint="choose another place with --file") from error
    print_stderr(
        f"the password's hash is in {file}; whoever was logged in must log in again", _next_step(file, settings)
    )
    return 0


def _password_file(chosen: Path | None, settings: Settings) -> Path:
    if chosen:
        return chosen.expanduser().absolute()
    folder = settings.file.absolute().parent if settings.file else Path.cwd()
    return settings.web.operator_password_file or folder / _DEFAULT_NAME


def _read_password() -> str:
    """The first line of stdin; on a terminal, asked for twice without an echo. Raises ``UsageError``."""
    from digest.model.errors import UsageError

    if not sys.stdin.isatty():
        return sys.stdin.readline(10_000).rstrip("\r\n")
    from getpass import getpass

    try:
        password = getpass("New password of the operator's pages: ")
        if getpass("Once more: ") != password:
            raise UsageError("the two differ; nothing was changed", hint="try it again")
    except EOFError as error:
        raise UsageError("no password was entered; nothing was changed") from error
    return password


def _next_step(file: Path, settings: Settings) -> str:
    import json

    web = settings.web
    if web.operator_password_file and web.operator_password_file.absolute() == file:
        return f"log in at {web.url.rstrip('/')}/operator/" if web.url else "set [web] url, and run 'digest serve'"
    return f"set [web] operator_password_file = {json.dumps(str(file), ensure_ascii=False)}"


def _logout(settings: Settings) -> int:
    from datetime import UTC, datetime

    from digest.cli.errors import print_stderr
    from digest.store import open_store, operator_sessions

    with open_store(settings.store.url) as store, store.begin() as conn:
        operator_sessions.end_all(conn, at=datetime.now(UTC))
    print_stderr("all sessions of the operator's pages have ended")
    return 0
