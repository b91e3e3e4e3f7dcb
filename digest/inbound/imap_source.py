"""Folder on an IMAP server as a source: read-only, in bounded pieces, by UIDs that weren't looked at yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from digest.inbound.imap import ImapFolder, Response, open_folder
from digest.inbound.imap_client import RunLimits
from digest.inbound.mail_folder import BATCH, MAX_HEADER_BYTES, MailHead
from digest.inbound.uid_ranges import Range, gaps, with_range
from digest.model.imap_address import ImapAccount
from digest.model.mails import MailboxState

#: What is read of each mail before it is fetched.
_HEADERS = "FROM SUBJECT DATE MESSAGE-ID AUTHENTICATION-RESULTS LIST-UNSUBSCRIBE"
#: UIDs in one search, so that its answer is bounded; UIDs may be sparse, then the next one spans more.
_FIRST_SPAN, _GROWTH, _FEW, _MAX_SPAN = 2_000, 4, 200, 2**32
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")


@contextmanager
def open_imap_source(
    account: ImapAccount, state: MailboxState, *, since: date, limits: RunLimits | None = None
) -> Iterator[ImapSource]:
    """Log in and open the folder read-only. Raises ``MailError``."""
    with open_folder(account, limits, read_only=True) as folder:
        done = state.done if state.uid_validity == folder.uid_validity else ()
        yield ImapSource(folder=folder, done=done, since=since)


@dataclass(slots=True, kw_only=True)
class ImapSource:
    """A ``MailFolder`` on a server. At first it has mails ``since`` a day; UIDs that are done are not asked for."""

    folder: ImapFolder
    done: tuple[Range, ...]
    since: date
    #: The highest UID of the search that is being worked on: all above it were looked at.
    _top: int = 0

    @property
    def uid_validity(self) -> int:
        """See ``MailFolder``."""
        return self.folder.uid_validity

    def list_mails(self) -> Iterator[Sequence[MailHead]]:
        """See ``MailFolder``."""
        for low, high in gaps(self.done, self._highest()):
            span, self._top = _FIRST_SPAN, high
            while self._top >= low:
                bottom = max(low, self._top - span + 1)
                uids = self._search(bottom, self._top)
                for first in range(0, len(uids), BATCH):
                    yield self._headers(uids[first : first + BATCH])
                self.done = with_range(self.done, (bottom, self._top))
                self._top = bottom - 1
                span = min(span * _GROWTH, _MAX_SPAN) if len(uids) < _FEW else _FIRST_SPAN

    def rechecked(self, places: Sequence[str]) -> Iterator[Sequence[MailHead]]:
        """See ``MailFolder``."""
        prefix = f"{self.uid_validity}:"
        uids = [int(place.removeprefix(prefix)) for place in places if place.startswith(prefix)]
        for first in range(0, len(uids), BATCH):
            yield self._headers(uids[first : first + BATCH])

    def handled(self, mail: MailHead) -> None:
        """See ``MailFolder``."""
        self.done = with_range(self.done, (_uid(mail), self._top))

    def fetch(self, mail: MailHead, max_bytes: int) -> bytes | None:
        """See ``MailFolder``."""
        return self.folder.fetch(_uid(mail), max_bytes)

    def has_budget(self, size: int) -> bool:
        """See ``MailFolder``."""
        return self.folder.has_budget(size)

    def newest(self, count: int) -> Sequence[MailHead]:
        """The headers of the newest mails, whether they were looked at or not."""
        highest, span = self._highest(), _FIRST_SPAN
        uids: list[int] = []
        while highest >= 1 and not uids:
            uids = self._search(max(1, highest - span + 1), highest)[:count]
            highest, span = highest - span, span * _GROWTH
        return [mail for first in range(0, len(uids), BATCH) for mail in self._headers(uids[first : first + BATCH])]

    def _highest(self) -> int:
        if self.folder.next_uid:
            return self.folder.next_uid - 1
        return max(self.folder.search("UID", "*"), default=0) if self.folder.size else 0

    def _search(self, low: int, high: int) -> list[int]:
        """UIDs of this range that are new enough, the newest first."""
        day = f"{self.since.day}-{_MONTHS[self.since.month - 1]}-{self.since.year}"
        uids = self.folder.search("UID", f"{low}:{high}", "SINCE", day)
        return sorted((uid for uid in uids if low <= uid <= high), reverse=True)

    def _headers(self, uids: Sequence[int]) -> list[MailHead]:
        """The headers of these mails, in the order of ``uids``; without those that are gone."""
        if not uids:
            return []
        fields = f"BODY.PEEK[HEADER.FIELDS ({_HEADERS})]<0.{MAX_HEADER_BYTES}>"
        response = self.folder.uid("FETCH", ",".join(map(str, uids)), f"(UID RFC822.SIZE {fields})")
        mails = {uid: (size, header) for uid, size, header in _parse_fetch(response)}
        return [
            MailHead(place=f"{self.uid_validity}:{uid}", size=mails[uid][0], header=mails[uid][1])
            for uid in uids
            if uid in mails
        ]


def _parse_fetch(response: Response) -> Iterator[tuple[int, int, bytes]]:
    """UID, size and header of each mail. A server may name UID and size before the header or after it."""
    for index, part in enumerate(response):
        if not isinstance(part, tuple):
            continue
        after = response[index + 1] if index + 1 < len(response) else b""
        items = part[0] + (after if isinstance(after, bytes) else b"")
        if (uid := _UID.search(items)) and (size := _SIZE.search(items)):
            yield int(uid[1]), int(size[1]), part[1]


def _uid(mail: MailHead) -> int:
    return int(mail.place.rpartition(":")[2])
