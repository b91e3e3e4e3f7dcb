"""Maildir as a source: its mails stay where they are, new ones in ``new``."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from digest.inbound.mail_folder import BATCH, MAX_HEADER_BYTES, MailHead
from digest.model.errors import MailError

#: Begins the flags of a mail in ``cur``; file names on Windows have no colon.
_FLAGS = re.compile(r"[:!;]2,[A-Za-z]*$")
#: Time of delivery at the beginning of a name.
_DELIVERED = re.compile(r"\d{9,11}(?=\D)")
#: Names looked up at once.
_NAMES = 500


def is_maildir(path: Path) -> bool:
    """Whether the folder is a Maildir."""
    return (path / "cur").is_dir() and (path / "new").is_dir()


@dataclass(slots=True, kw_only=True)
class MaildirSource:
    """A ``MailFolder`` on the disk: mails delivered ``since`` a day; of a mail's name, its flags may change."""

    path: Path
    since: date
    #: Returns which of these names were looked at already.
    known_names: Callable[[Collection[str]], frozenset[str]]
    #: Bytes that this run may still read.
    bytes_left: int = 50_000_000
    uid_validity: int = 0
    done: tuple[tuple[int, int], ...] = ()
    _files: dict[str, Path] = field(default_factory=dict)

    def list_mails(self) -> Iterator[Sequence[MailHead]]:
        """See ``MailFolder``."""
        names = self._names()
        for first in range(0, len(names), _NAMES):
            some = names[first : first + _NAMES]
            known = self.known_names(some)
            new = [name for name in some if name not in known]
            for start in range(0, len(new), BATCH):
                yield self._headers(new[start : start + BATCH])

    def rechecked(self, places: Sequence[str]) -> Iterator[Sequence[MailHead]]:
        """See ``MailFolder``."""
        for first in range(0, len(places), BATCH):
            yield self._headers(places[first : first + BATCH])

    def handled(self, mail: MailHead) -> None:
        """See ``MailFolder``: its record says that."""

    def fetch(self, mail: MailHead, max_bytes: int) -> bytes | None:
        """See ``MailFolder``."""
        self.bytes_left -= mail.size
        found = self._read(mail.place, max_bytes)
        return found[0] if found else None

    def has_budget(self, size: int) -> bool:
        """See ``MailFolder``."""
        return self.bytes_left >= size

    @property
    def size(self) -> int:
        """Number of mails when it was listed last."""
        return len(self._files)

    def _scan(self) -> None:
        """List the files of mails by name without flags; names with a leading dot are no mails."""
        self._files.clear()
        for folder in ("cur", "new"):
            try:
                with os.scandir(self.path / folder) as entries:
                    files = {_FLAGS.sub("", entry.name): Path(entry.path) for entry in entries if entry.name[0] != "."}
            except OSError as error:
                message = f"{self.path / folder} can't be read ({error.strerror})"
                raise MailError(message, hint="check its permissions") from error
            self._files |= files

    def _names(self) -> list[str]:
        """Names of the mails that are new enough, the newest first."""
        self._scan()
        start = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC).timestamp()
        times = {name: _delivered(name, file) for name, file in self._files.items()}
        recent = (name for name, at in times.items() if at >= start)
        return sorted(recent, key=lambda name: (times[name], name), reverse=True)

    def _headers(self, names: Sequence[str]) -> list[MailHead]:
        mails: list[MailHead] = []
        for name in names:
            if found := self._read(name, MAX_HEADER_BYTES):
                header, size = found
                mails.append(MailHead(place=name, size=size, header=header))
        return mails

    def _read(self, name: str, max_bytes: int) -> tuple[bytes, int] | None:
        """The mail's beginning and its size; None if it is gone, or no file. Another program may have moved it."""
        if name in self._files and (found := _read_file(self._files[name], max_bytes)):
            return found
        self._scan()
        return _read_file(self._files[name], max_bytes) if name in self._files else None


def _delivered(name: str, file: Path) -> float:
    """Time of delivery, by the mail's name or its file."""
    if match := _DELIVERED.match(name):
        return float(match[0])
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read_file(file: Path, max_bytes: int) -> tuple[bytes, int] | None:
    """The beginning of a regular file and its size. A link is not followed: it could lead anywhere."""
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as mail:
            status = os.fstat(descriptor)
            return (mail.read(max_bytes), status.st_size) if stat.S_ISREG(status.st_mode) else None
    except OSError:
        return None
