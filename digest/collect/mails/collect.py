"""Collects a mailbox or a Maildir: in a thread, since its protocol blocks; heavy mails are read in another process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

from digest.collect.isolated import call_isolated
from digest.collect.mails.admission import policy_of
from digest.collect.mails.content import MailContents, read_mail
from digest.collect.mails.folder import FolderReader
from digest.http.limits import ConcurrencyLimits
from digest.inbound.imap_client import RunLimits
from digest.inbound.imap_source import open_imap_source
from digest.inbound.mail_folder import MailFolder
from digest.inbound.maildir_source import MaildirSource
from digest.model.errors import MailError, SourceError
from digest.model.imap_address import ImapAccount, ImapAddress
from digest.model.mails import MailboxState
from digest.model.newsletters import ANYBODY, Source
from digest.model.protocols import Collected, FetchState, KnownGuids
from digest.settings import FetchSettings

#: At first, mails that came in this time are read.
WINDOW = timedelta(days=30)
#: One run of a mailbox.
_RUN_S, _RUN_BYTES = 180.0, 50_000_000
#: Mailboxes that are read at once.
_THREADS = 8
#: Above these a hostile mail can take seconds.
_LIGHT_BYTES, _LIGHT_TAGS = 400_000, 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCollector:
    """Collects sources that are folders of mails. Raises ``SourceError``."""

    fetch: FetchSettings
    limits: ConcurrencyLimits
    seen: datetime

    async def __call__(self, source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        address = source.mailbox
        connection = self.limits.connection(address.host, address.server) if address else nullcontext()
        async with connection:
            run = _Run(source=source, state=state.mailbox, known=known_guids, collector=self)
            return await run.in_thread()


@dataclass(slots=True, kw_only=True)
class _Run:
    """One run over one folder."""

    source: Source
    state: MailboxState
    known: KnownGuids
    collector: MailCollector
    _stop: threading.Event = field(default_factory=threading.Event)

    async def in_thread(self) -> Collected:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(_threads(), self._collect, loop)
        finally:
            self._stop.set()  # if it was cancelled, the thread goes on

    def _collect(self, loop: asyncio.AbstractEventLoop) -> Collected:
        if self.source.mailbox is None:
            return self._read(self._maildir(), loop)
        account = account_of(self.source, self.source.mailbox)
        timeout_s = self.collector.fetch.timeout_s
        limits = RunLimits(seconds=_RUN_S, bytes=_RUN_BYTES, read_seconds=timeout_s, stop=self._stop)
        try:
            with open_imap_source(account, self.state, since=self._since, limits=limits) as folder:
                return self._read(folder, loop)
        except MailError as error:
            message = f"{error}: {error.hint}" if error.hint else str(error)
            raise SourceError(message, temporary=error.temporary) from error

    def _maildir(self) -> MaildirSource:
        assert self.source.path
        return MaildirSource(path=self.source.path, since=self._since, known_names=self.known, bytes_left=_RUN_BYTES)

    @property
    def _since(self) -> date:
        """The first day that is read; a server's day may begin earlier than ours. Of a Maildir for anybody, all is."""
        if self.source.path and ANYBODY in self.source.senders:
            return date(1970, 1, 1)
        return (self.collector.seen - WINDOW - timedelta(days=1)).date()

    def _read(self, folder: MailFolder, loop: asyncio.AbstractEventLoop) -> Collected:
        reader = FolderReader(
            source=self.source,
            state=self.state,
            folder=folder,
            policy=policy_of(self.source, self.state.decisions),
            known_keys=self.known,
            read=self._mail_reader(loop),
            max_bytes=self.collector.fetch.max_bytes,
        )
        return reader.collect()

    def _mail_reader(self, loop: asyncio.AbstractEventLoop) -> Callable[[bytes], MailContents]:
        source, seen = self.source.without_password(), self.collector.seen

        def read(raw: bytes) -> MailContents:
            if len(raw) <= _LIGHT_BYTES and raw.count(b"<") <= _LIGHT_TAGS:
                return read_mail(raw, source, seen=seen)
            return asyncio.run_coroutine_threadsafe(self._read_isolated(raw, source, seen), loop).result()

        return read

    async def _read_isolated(self, raw: bytes, source: Source, seen: datetime) -> MailContents:
        timeout_s, slot = self.collector.fetch.timeout_s, self.collector.limits.for_parsing()
        return await call_isolated(_read_mail, raw, source, seen, timeout_s=timeout_s, slot=slot)


def account_of(source: Source, address: ImapAddress) -> ImapAccount:
    """The source's account. Raises ``SourceError`` without a password."""
    if not source.password:
        name = source.id.upper().replace("-", "_").replace(".", "_")
        raise SourceError(
            f"no password for {address.username!r} at {address.host}: set password_file,"
            f" or DIGEST_SOURCES__{name}__PASSWORD in the environment"
        )
    return ImapAccount(address=address, password=source.password)


def _read_mail(raw: bytes, source: Source, seen: datetime) -> MailContents:
    return read_mail(raw, source, seen=seen)


@cache
def _threads() -> ThreadPoolExecutor:
    # Not the default executor: it resolves host names as well, which must not wait for a slow server.
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="digest-mail")
