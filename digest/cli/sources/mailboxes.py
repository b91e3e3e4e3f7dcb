"""``digest sources add`` and ``discover`` for a mailbox or a Maildir: its password, its senders."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

from digest.cli.errors import print_stderr
from digest.cli.init.terminal import SystemTerminal, is_on_terminal
from digest.collect.mails.probe import FolderFacts, probe_mails
from digest.model.errors import DigestError, UsageError, one_line
from digest.model.newsletters import Source
from digest.model.secret import Secret
from digest.settings import Settings
from digest.settings.atomic_write import atomic_write

_MAX_SENDERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordFile:
    """The file that has a mailbox's password."""

    path: Path
    #: The file is to be written: the password was typed.
    is_new: bool = False

    def name_in(self, folder: Path) -> str:
        """The file as the settings in this folder name it."""
        path, base = self.path.resolve(), folder.resolve()
        return str(path.relative_to(base) if path.is_relative_to(base) else path)


def with_password(source: Source, args: argparse.Namespace, folder: Path) -> tuple[Source, PasswordFile]:
    """The source with its password, from the file that is named, or typed. Raises ``UsageError``."""
    if args.password_file:
        file = Path(args.password_file).expanduser()
        try:
            password = file.read_text("utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            raise UsageError(f"{file}: can't be read: {error}") from error
        return replace(source, password=Secret(password)), PasswordFile(path=file)
    if not is_on_terminal():
        raise UsageError("a mailbox needs a password", hint="write it into a file, and name it: --password-file FILE")
    assert source.mailbox
    password = SystemTerminal().ask_secret(
        f"Password of {source.mailbox.username} at {source.mailbox.host} (not shown)"
    )
    return replace(source, password=Secret(password)), PasswordFile(path=folder / f"{source.id}-password", is_new=True)


def write_password(source: Source, file: PasswordFile) -> None:
    """Write a password that was typed into a file that only its owner can read. Raises ``UsageError``."""
    if not file.is_new:
        return
    try:
        atomic_write(file.path, source.password.reveal() + "\n", overwrite=False, mode=0o600)
    except FileExistsError as error:
        raise UsageError(
            f"{file.path} exists already", hint=f"name it, if it has the password: --password-file {file.path}"
        ) from error


def describe_mailbox(source: Source, settings: Settings) -> FolderFacts:
    """Log in, and print what was found on stderr. Raises ``DigestError``."""
    facts = probe_mails(source, timeout_s=settings.fetch.timeout_s)
    kind = "mailbox" if source.mailbox else "Maildir"
    print_stderr(f"found a {kind} at {source.address}: {facts.mails:,} mail{'' if facts.mails == 1 else 's'}")
    for sender in sorted(facts.senders)[:_MAX_SENDERS]:
        print_stderr(f"  {one_line(sender)}")
    if len(facts.senders) > _MAX_SENDERS:
        print_stderr(f"  and {len(facts.senders) - _MAX_SENDERS} more senders")
    return facts


def try_mailbox(source: Source, settings: Settings, *, force: bool) -> None:
    """Describe the mailbox and what is to do yet; with ``force``, why it can't be read. Raises ``DigestError``."""
    try:
        facts = describe_mailbox(source, settings)
        if not settings.inbound.authserv_id and facts.servers:
            hint = f'set [inbound] authserv_id = "{facts.servers[0]}", if that is your mail server: the mails carry it'
            print_stderr("nothing verifies who sent a mail, so that none is read yet", hint)
        if not source.senders:
            print_stderr("nobody is allowed yet", f"digest sources allow {source.id} SENDER, for each that you want")
    except DigestError as error:
        if not force:
            raise DigestError(str(error), hint=error.hint or "add it all the same with --force") from error
        print_stderr(str(error), error.hint)
