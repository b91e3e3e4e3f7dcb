"""Reads a folder of mails, on a server or on the disk, into entries: newest first, bounded, the rest in a later run."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from digest.collect.mails.admission import Admission, MailHeader, SenderPolicy, admit, read_header, record_of
from digest.collect.mails.content import MailContents
from digest.inbound.authentication import server_name
from digest.inbound.mail_folder import MailFolder, MailHead
from digest.model.articles import Entry
from digest.model.errors import MailError, SourceError, describe_unexpected
from digest.model.mails import MailboxState, MailRecord, MailRun
from digest.model.newsletters import Source
from digest.model.protocols import Collected, KnownGuids

#: Mails that one run reads, and mails whose headers it looks at.
_MAX_READ, _MAX_LISTED = 500, 5_000
#: Seconds after which a run begins no further mail.
_RUN_S = 180.0
_MAX_PROBLEMS = 20

#: Reads one mail. Raises ``SourceError`` if that takes too much time or memory.
ReadMail = Callable[[bytes], MailContents]


@dataclass(kw_only=True)
class FolderReader:
    """Reads mails of one folder in one run."""

    source: Source
    state: MailboxState
    folder: MailFolder
    policy: SenderPolicy
    #: Returns which of these keys are of mails that were read before.
    known_keys: KnownGuids
    read: ReadMail
    max_bytes: int
    entries: list[Entry] = field(default_factory=list)
    records: list[MailRecord] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    exceptions: list[Exception] = field(default_factory=list)
    _admissions: Counter[Admission] = field(default_factory=Counter)
    _servers: Counter[str] = field(default_factory=Counter)
    _keys: set[str] = field(default_factory=set)
    _gone: list[str] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)
    _listed_count: int = 0
    _read: int = 0

    def collect(self) -> Collected:
        """Read what is new. Raises ``SourceError`` if nothing can be; later errors leave the rest to the next run."""
        try:
            is_complete = self._recheck() and self._read_new()
        except MailError as error:
            message = f"{error}: {error.hint}" if error.hint else str(error)
            if not self.records:
                raise SourceError(message, temporary=error.temporary) from error
            self.problems.append(f"read up to mail {len(self.records)}: {message}")
        else:
            if not is_complete:
                self.problems.append("not read to its end: the next run goes on")
        run = MailRun(
            uid_validity=self.folder.uid_validity,
            done=self.folder.done,
            records=tuple(self.records),
            gone=tuple(self._gone),
        )
        return Collected(
            source=self.source,
            entries=tuple(self.entries),
            kind="mailbox" if self.source.mailbox else "Maildir",
            problems=(*self._shown_problems(), *self._waiting_notes()),
            exceptions=tuple(self.exceptions),
            mail_run=run,
        )

    def _recheck(self) -> bool:
        """Read mails that waited; False at a limit."""
        asked, found = self.state.recheck, set()
        for batch in self.folder.rechecked(asked):
            found |= {mail.place for mail in batch}
            for mail, header in self._unknown(batch):
                if not self._handle(mail, header):
                    return False
        self._gone = [place for place in asked if place not in found]
        return True

    def _read_new(self) -> bool:
        """Read mails that weren't looked at; False at a limit."""
        for batch in self.folder.list_mails():
            unknown = {mail.place: header for mail, header in self._unknown(batch)}
            for mail in batch:
                if self._listed_count >= _MAX_LISTED:
                    return False
                header = unknown.get(mail.place)
                if header and not self._handle(mail, header):
                    return False
                self._listed_count += 1
                self.folder.handled(mail)
        return True

    def _unknown(self, batch: Sequence[MailHead]) -> Iterator[tuple[MailHead, MailHeader]]:
        """The mails that were not read before, under any UID or name."""
        headers = [(mail, read_header(mail)) for mail in batch]
        known = self.known_keys([header.key for _, header in headers])
        return ((mail, header) for mail, header in headers if header.key not in known)

    def _handle(self, mail: MailHead, header: MailHeader) -> bool:
        """Read the mail, or record that it waits; False if this run has no room for it."""
        if header.key in self._keys:  # it came twice
            return True
        admission = admit(header, self.policy)
        record = record_of(mail, header, admission, self.policy)
        if admission is Admission.READ:
            is_small = mail.size <= self.max_bytes
            if is_small and not self._has_room(mail.size):
                return False
            raw = self.folder.fetch(mail, self.max_bytes) if is_small else b""
            if raw is None:  # it was deleted or moved meanwhile
                return True
            record = replace(record, problem=self._read_mail(raw, mail, header))
        if server := next((name for value in header.authentication if (name := server_name(value))), ""):
            self._servers[server] += 1
        self._admissions[admission] += 1
        self.records.append(record)
        if record.is_read:
            self._keys.add(record.key)
        return True

    def _has_room(self, size: int) -> bool:
        is_late = time.monotonic() - self._started > _RUN_S
        return self._read < _MAX_READ and not is_late and self.folder.has_budget(size)

    def _read_mail(self, raw: bytes, mail: MailHead, header: MailHeader) -> str:
        """Add the mail's entries; returns why it has none."""
        problem = ""
        try:
            if mail.size > self.max_bytes:
                raise SourceError(f"larger than {self.max_bytes:,} bytes, skipped: raise fetch.max_bytes")
            self._read += 1
            contents = self.read(raw)
        except SourceError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001  # the edge of one mail: a bug in one stops no other
            self.exceptions.append(error)
            problem = describe_unexpected(error)
        else:
            self.entries += contents.entries
            self.problems += contents.problems
            return "" if contents.entries else next(iter(contents.problems), "it has nothing to read")
        self.problems.append(f"{header.subject or mail.place}: {problem}")
        return problem

    def _shown_problems(self) -> Sequence[str]:
        further = len(self.problems) - _MAX_PROBLEMS
        return [*self.problems[:_MAX_PROBLEMS], f"and {further} more"] if further > 1 else self.problems

    def _waiting_notes(self) -> Iterator[str]:
        """Lines about mails of this run that wait for the operator."""
        show = f"'digest sources show {self.source.id}' lists them"
        waiting = [record for record in self.records if not record.is_read and not self.policy.allows(record.sender)]
        refused = {sender for sender, is_allowed in self.policy.decisions.items() if not is_allowed}
        senders = {record.sender for record in waiting} - refused
        if senders:
            yield f"{_count(len(senders), 'new sender')} {'waits' if len(senders) == 1 else 'wait'} for you: {show}"
        if number := self._admissions[Admission.CONFIRMATION]:
            yield f"{_count(number, 'mail')} that ask{'s' if number == 1 else ''} for a confirmation: {show}"
        if number := self._admissions[Admission.UNVERIFIED]:
            yield f"{_count(number, 'mail')} of allowed senders left out: {self._why_unverified()}"

    def _why_unverified(self) -> str:
        if self.policy.authserv_id:
            return f"{self.policy.authserv_id} verified no signature of the sender's domain"
        likely = next((name for name, _ in self._servers.most_common(1)), "mx.example.org")
        return f'nothing verifies them: set authserv_id = "{likely}" in [inbound], if that is your mail server'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
