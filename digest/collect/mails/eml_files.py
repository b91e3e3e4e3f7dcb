"""Mails in files (``.eml``). Whoever put them into the folder vouches for them: no signature is asked for.

Headers of a file prove nothing, since it may come from anywhere: ``senders`` selects by address only.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from digest.collect.mails.admission import MailHeader, matches, read_header
from digest.collect.mails.confirmations import asks_confirmation
from digest.collect.mails.content import MailContents, read_mail
from digest.inbound.mail_folder import MAX_HEADER_BYTES, MailHead
from digest.model.articles import Entry
from digest.model.errors import SourceError, describe_unexpected
from digest.model.mails import MailRecord, MailRun
from digest.model.newsletters import ANYBODY, Source
from digest.model.protocols import KnownGuids

SUFFIX = ".eml"
#: Mails and bytes that one run reads.
_MAX_READ, _MAX_BYTES = 5_000, 200_000_000
#: Seconds after which a run begins no further mail.
_RUN_S = 180.0
#: Names looked up at once, and senders named in a note.
_BATCH, _MAX_NAMED = 500, 3

#: Returns a file's content and its modification time. Raises ``SourceError``.
ReadFile = Callable[[Path], tuple[bytes, datetime]]


def read_eml(data: bytes, source: Source, *, place: str, modified: datetime | None, seen: datetime) -> MailContents:
    """The mail's entries. Raises ``SourceError`` if it has none, or is by somebody who isn't in ``senders``."""
    header = read_header(_mail_head(data, place))
    if not (header.sender or header.subject):
        raise SourceError("no mail: it names no sender and no subject")
    if not _is_wanted(header, source):
        raise SourceError(f"from {header.sender or 'nobody'}, who is not in senders, skipped")
    if _is_confirmation(header):
        raise SourceError("asks for the confirmation of a subscription, skipped")
    contents = read_mail(data, source, seen=seen)
    if not contents.entries:
        raise SourceError(next(iter(contents.problems), "it has nothing to read"))
    return replace(contents, entries=tuple(_dated(entry, modified) for entry in contents.entries))


def _mail_head(data: bytes, place: str) -> MailHead:
    return MailHead(place=place, size=len(data), header=data[:MAX_HEADER_BYTES])


def _is_wanted(header: MailHeader, source: Source) -> bool:
    return not source.senders or ANYBODY in source.senders or matches(header.sender, source.senders)


def _is_confirmation(header: MailHeader) -> bool:
    return asks_confirmation(header.subject) and not header.is_mailing


def _dated(entry: Entry, modified: datetime | None) -> Entry:
    return entry if entry.published else replace(entry, published=modified)


@dataclass(kw_only=True)
class EmlFiles:
    """Reads the mails among the files of a folder, the newest first; those that were read before are left out."""

    source: Source
    root: Path
    seen: datetime
    known_guids: KnownGuids
    read_file: ReadFile
    entries: list[Entry] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    exceptions: list[Exception] = field(default_factory=list)
    #: Mails that earlier runs read.
    known: int = 0
    _records: list[MailRecord] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)
    _unwanted: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0
    _started: float = field(default_factory=time.monotonic)

    def read(self, paths: Sequence[Path]) -> MailRun:
        """Read the files; what is left for a later run is a problem."""
        for number, (path, place) in enumerate(self._new(paths)):
            if number >= _MAX_READ or self._bytes > _MAX_BYTES or time.monotonic() - self._started > _RUN_S:
                self.problems.append("not all mails are read: the next run goes on")
                break
            try:
                self._read(path, place)
            except SourceError as error:
                self.problems.append(f"{path.relative_to(self.root)}: {error}")
            except Exception as error:  # noqa: BLE001  # the edge of one file: a bug in one stops no other
                self.exceptions.append(error)
                self.problems.append(f"{path.relative_to(self.root)}: {describe_unexpected(error)}")
        self.problems += self._note_on_senders()
        return MailRun(records=tuple(self._records))

    def _new(self, paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
        """The files that weren't read before, as they are now."""
        places = {path: _place(path, self.root) for path in paths}
        newest_first = sorted(paths, key=lambda path: (_modified_ns(places[path]), path), reverse=True)
        for first in range(0, len(newest_first), _BATCH):
            batch = newest_first[first : first + _BATCH]
            known = self.known_guids([places[path] for path in batch])
            self.known += len(known)
            yield from ((path, places[path]) for path in batch if places[path] not in known)

    def _read(self, path: Path, place: str) -> None:
        data, modified = self.read_file(path)
        self._bytes += len(data)
        header = read_header(_mail_head(data, place))
        if not _is_wanted(header, self.source):
            self._unwanted[header.sender or "nobody"] += 1
            return
        if header.key in self._keys:
            return
        self._keys.add(header.key)
        self._records.append(
            MailRecord(
                key=header.key,
                place=place,
                sender=header.sender,
                subject=header.subject,
                sent=header.sent,
                is_read=True,
                asks_confirmation=_is_confirmation(header),
            )
        )
        contents = read_eml(data, self.source, place=place, modified=modified, seen=self.seen)
        self.entries += contents.entries
        self.problems += (f"{path.relative_to(self.root)}: {problem}" for problem in contents.problems)

    def _note_on_senders(self) -> Iterator[str]:
        if number := self._unwanted.total():
            named = ", ".join(f"{sender} ({count})" for sender, count in self._unwanted.most_common(_MAX_NAMED))
            more = ", …" if len(self._unwanted) > _MAX_NAMED else ""
            yield f"{number} mail{'s' if number > 1 else ''} of others than in senders, skipped: {named}{more}"


def _place(path: Path, root: Path) -> str:
    """The file's name, time and size: one that was changed is another mail."""
    try:
        status = path.lstat()
        facts = f"{status.st_mtime_ns}:{status.st_size}"
    except OSError:  # reading it says why
        facts = "0:0"
    return f"{facts}:{path.relative_to(root).as_posix()}"


def _modified_ns(place: str) -> int:
    return int(place.partition(":")[0])
