"""``digest init``: write settings that work. On a terminal it asks for what no option says."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.cli.init.answers import Answers, Given

_EXAMPLES = """\
On a terminal it asks for what no option says, tries sources and mail server, and sends a first mail. Elsewhere, and
with --yes, it asks nothing.

examples:
  digest init                                        ask, and write ./digest.toml
  digest init news --from https://example.org        read a site, a feed, a page, a file or a folder
  digest init news --opml subscriptions.opml         take over a feed reader's list
  digest init news --yes --newsboat --to me@example.org --smtp mail.example.org --at "weekdays 07:00"
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EXAMPLES
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where digest.toml goes (default: here)")
    parser.add_argument("-y", "--yes", action="store_true", help="ask nothing: take the options and the defaults")
    parser.add_argument("--opml", metavar="FILE", help="use the feeds of an OPML list, a file or an address")
    for name, file in (("newsboat", "its file 'urls'"), ("rss2email", "its file rss2email.cfg")):
        help_text = f"use the feeds of {name}: {file} (default: where {name} has it)"
        parser.add_argument(f"--{name}", nargs="?", const="", metavar="FILE", help=help_text)
    parser.add_argument(
        "--from",
        dest="addresses",
        nargs="+",
        action="extend",
        default=[],
        metavar="ADDRESS",
        help="sources to start with: feed, site or page addresses, files or folders",
    )
    parser.add_argument("--allow", action="append", default=[], metavar="HOST:PORT", help="allow that private address")
    parser.add_argument("--title", metavar="NAME", help="the newsletter's name (default: the folder's)")
    parser.add_argument("--to", metavar="ADDRESS", help="subscribe this address, and tell it of problems")
    parser.add_argument("--sender", metavar="ADDRESS", help="who sends: 'Name <news@example.org>' (default: the login)")
    parser.add_argument("--smtp", metavar="HOST:PORT", help="the mail server; 'localhost:2525 none' without TLS")
    parser.add_argument("--smtp-user", metavar="NAME", help="the login there; the password: a question, or a file")
    parser.add_argument("--smtp-password-file", metavar="FILE", help="copy the password from this file")
    parser.add_argument("--at", metavar="TIME", help="when to publish: 07:00, 'weekdays 07:00' (default: daily 07:00)")
    parser.add_argument("--timezone", metavar="ZONE", help="Europe/Berlin (default: this machine's)")
    parser.add_argument("--send", action="store_true", help="send a first mail to the address of --to")


def run(args: argparse.Namespace) -> int:
    """Write the settings file and print the next steps. Raises ``UsageError`` if there is one."""
    from digest.cli.init.answers import without_questions
    from digest.cli.init.options import given_answers
    from digest.cli.init.terminal import is_on_terminal
    from digest.cli.init.write import SETTINGS, refuse_to_overwrite, refuse_unwritable, write_settings
    from digest.settings.timezone import local_zone

    refuse_to_overwrite(Path(args.folder).expanduser() / SETTINGS)
    refuse_unwritable(Path(args.folder).expanduser())
    given = given_answers(args, os.environ)
    zone = local_zone().key
    is_asked = is_on_terminal() and not args.yes
    answers = _ask(given, zone) if is_asked else without_questions(given, timezone=zone)
    file = write_settings(answers)
    print(file)
    return _finish(file, answers, args.folder)


def _ask(given: Given, zone: str) -> Answers:
    from digest.cli.init.dialog import ask_all
    from digest.cli.init.feed_lists import find_lists
    from digest.cli.init.terminal import SystemTerminal
    from digest.cli.init.trials import NetworkTrials

    lists = () if given.sources else tuple(find_lists(os.environ, given.folder))
    return ask_all(SystemTerminal(), given, lists=lists, trials=NetworkTrials(), timezone=zone)


def _finish(file: Path, answers: Answers, folder: str) -> int:
    """Subscribe the recipient, send the first mail, and print the next steps; return 1 if that mail can't be sent."""
    from digest.cli.errors import print_stderr
    from digest.cli.init.first_mail import send_first_mail
    from digest.cli.init.write import add_subscriber
    from digest.model.errors import DigestError

    exit_code = 0
    if answers.recipient and not add_subscriber(file, answers.recipient):
        hint = "digest subscribers add --resubscribe brings it back"
        print_stderr(f"{answers.recipient.address} left this newsletter before", hint)
    if answers.send and answers.recipient:
        try:
            send_first_mail(file, answers.recipient)
            print(f"a first mail is on its way to {answers.recipient.address}", file=sys.stderr)
        except DigestError as error:
            print_stderr(f"the first mail was not sent: {error}", error.hint or "'digest check' says what to do")
            exit_code = 1
    if answers.recipient and answers.smtp:
        _print_service_hints(file, answers)
    else:
        change_folder = "" if folder == "." else f"cd {folder} && "
        print(f"next: {change_folder}digest preview --fetch, then digest check for what sending needs", file=sys.stderr)
    return exit_code


def _print_service_hints(file: Path, answers: Answers) -> None:
    from digest.cli.init.service_hints import service_hints
    from digest.settings import shipped_files

    unit = (shipped_files.config() / "deploy" / "digest.service").read_text("utf-8")
    for line in service_hints(file.resolve(), program=_program(), schedule=answers.schedule, unit=unit):
        print(line, file=sys.stderr)


def _program() -> tuple[str, ...]:
    """The command that started this process, for other folders and environments."""
    script = Path(sys.executable).with_name("digest")
    return (str(script),) if script.is_file() else (sys.executable, "-m", "digest")
