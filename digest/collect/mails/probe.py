"""Looks into a mailbox or a Maildir for ``digest check``: its newest mails' senders and who verified them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from digest.collect.mails.admission import MailHeader, is_verified, read_header
from digest.collect.mails.collect import account_of
from digest.inbound.authentication import server_name
from digest.inbound.imap_client import RunLimits
from digest.inbound.imap_source import open_imap_source
from digest.inbound.mail_folder import MailHead
from digest.inbound.maildir_source import MaildirSource
from digest.model.mails import MailboxState
from digest.model.newsletters import Source

#: Newest mails that are looked at, of any age.
_NEWEST = 200
_ANY_DAY = date(1970, 1, 1)
_RUN_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """What a folder of mails has."""

    mails: int
    headers: tuple[MailHeader, ...]

    @property
    def senders(self) -> frozenset[str]:
        """The senders of the newest mails."""
        return frozenset(header.sender for header in self.headers if header.sender)

    @property
    def servers(self) -> tuple[str, ...]:
        """Servers whose word stands topmost in the newest mails, the most frequent first."""
        topmost = (server_name(header.authentication[0]) for header in self.headers if header.authentication)
        return tuple(name for name, _ in Counter(filter(None, topmost)).most_common())

    def verified(self, authserv_id: str) -> int:
        """How many of the newest mails the server has verified."""
        return sum(is_verified(header, authserv_id) for header in self.headers)


def probe_mails(source: Source, *, timeout_s: float) -> FolderFacts:
    """Log in and read headers, without changes. Raises ``MailError``, or ``SourceError`` without a password."""
    if source.mailbox:
        limits = RunLimits(seconds=_RUN_S, read_seconds=timeout_s)
        account = account_of(source, source.mailbox)
        with open_imap_source(account, MailboxState(), since=_ANY_DAY, limits=limits) as folder:
            return _facts(folder.folder.size, folder.newest(_NEWEST))
    assert source.path
    maildir = MaildirSource(path=source.path, since=_ANY_DAY, known_names=lambda _: frozenset())
    newest = tuple(islice(chain.from_iterable(maildir.list_mails()), _NEWEST))
    return _facts(maildir.size, newest)


def _facts(mails: int, newest: Iterable[MailHead]) -> FolderFacts:
    return FolderFacts(mails=mails, headers=tuple(map(read_header, newest)))
