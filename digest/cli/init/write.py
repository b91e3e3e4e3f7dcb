"""Answers → files and a subscriber: the settings, the password's file, a first article; all or nothing of the files."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from digest.cli.init.answers import Answers
from digest.cli.init.settings_text import settings_text
from digest.model.errors import UsageError
from digest.model.mailbox import Mailbox
from digest.model.newsletters import Source
from digest.model.secret import Secret
from digest.settings.atomic_write import atomic_write

SETTINGS = "digest.toml"
_PASSWORD = "smtp-password"  # noqa: S105  # a file's name
_WELCOME = """\
# Your digest reads this folder

Every text, Markdown or HTML file that is put into this folder becomes an article of the next edition. \
Its title is the first heading, and its date is the time at which the file was last changed.

A feed, a site or a single page is added to the settings with one command, digest sources add, and its address. \
The digest then tells each story once, in sentences taken word for word from the articles.
"""


def refuse_to_overwrite(file: Path) -> None:
    """Raise ``UsageError`` if there are settings already."""
    if file.exists() or file.is_symlink():
        raise UsageError(f"{file} already exists", hint="edit it, or name another folder: digest init DIR")


def refuse_unwritable(folder: Path) -> None:
    """Raise ``OSError`` if the folder can't be made or written: before anybody answers questions for nothing."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing))
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(existing))


def write_settings(answers: Answers) -> Path:
    """Write the settings and the password, and return the settings' file."""
    folder = answers.folder
    file = folder / SETTINGS
    refuse_to_overwrite(file)
    folder.mkdir(parents=True, exist_ok=True)
    sources = answers.sources or _first_article(folder)
    with _password_file(answers) as password_file, _source_passwords(folder, sources) as source_files:
        text = settings_text(answers, sources, password_file=password_file, source_files=source_files)
        atomic_write(file, text, overwrite=False, mode=0o600)
    return file


@contextmanager
def _password_file(answers: Answers) -> Iterator[str]:
    """Write the password into a file that only its owner can read; it is removed if the settings can't be written."""
    if answers.smtp is None or not answers.smtp.password:
        yield ""
        return
    file = _write_password(answers.folder, _PASSWORD, answers.smtp.password)
    try:
        yield file.name
    except BaseException:
        file.unlink(missing_ok=True)
        raise


@contextmanager
def _source_passwords(folder: Path, sources: Sequence[Source]) -> Iterator[Mapping[str, str]]:
    """Likewise the passwords of mailboxes; the files' names by the source's id."""
    files: dict[str, Path] = {}
    try:
        for source in sources:
            if source.password:
                files[source.id] = _write_password(folder, f"{source.id}-password", source.password)
        yield {id_: file.name for id_, file in files.items()}
    except BaseException:
        for file in files.values():
            file.unlink(missing_ok=True)
        raise


def _write_password(folder: Path, name: str, password: Secret) -> Path:
    """Write a password into a new file that only its owner can read."""
    names = (name, *(f"{name}-{number}" for number in range(2, 100)))
    file = next(path for name in names if not (path := folder / name).exists())
    atomic_write(file, password.reveal() + "\n", overwrite=False, mode=0o600)
    return file


def _first_article(folder: Path) -> tuple[Source, ...]:
    """Make a folder for articles, with a first one in it, and return it as the source."""
    articles = folder / "articles"
    articles.mkdir(exist_ok=True)
    welcome = articles / "welcome.md"
    if not welcome.exists():
        atomic_write(welcome, _WELCOME, overwrite=False)
    return (Source(id="articles", path=articles, title="Articles"),)


def add_subscriber(file: Path, mailbox: Mailbox) -> bool:
    """Subscribe a mailbox to the newsletter of the settings; False if it left that newsletter before."""
    from datetime import UTC, datetime

    from digest.pipeline.manage_subscribers import add_subscribers
    from digest.settings import load
    from digest.store import open_store
    from digest.store.subscribers import NewSubscriber

    new = NewSubscriber(address=mailbox.address, name=mailbox.name)
    settings = load(file, os.environ)
    with open_store(settings.store.url) as store, store.begin() as conn:
        now = datetime.now(UTC)
        result = add_subscribers(conn, [new], settings.newsletters[0].id, now=now)
    return not result.left_out
