"""Hosts and sources that a run of collecting has for itself, so that many processes fetch as politely as one.

A process sends requests to a host only while it has the host's lease, so that the limits within the process hold for
all. It asks the store at once for all hosts that its tasks want, gives back those that it doesn't use, and
any that another process waits for. What a host asked for (Retry-After, Crawl-delay) goes with the lease. The leases of
a killed process expire. If the store can't be used, the limits of this process are all there is.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.errors import SourceError, StoreError
from digest.store import Store, hosts, leases
from digest.store.hosts import HostState
from digest.store.mapping import database_time
from digest.text.time_format import utc_time

#: A lease ends so long after it was renewed last; a process stops relying on it a little earlier.
LEASE, _MARGIN_S, _RENEWAL_S = timedelta(seconds=20), 5.0, 4.0
#: Requests for leases within this time are one transaction; those in vain are repeated after the other.
_GROUP_S, _POLL_S = 0.005, 0.5
#: A host that isn't used is given back after this; one that another process waits for is left to it for a moment.
_IDLE_S, _TURN_S = 2.0, 1.5
#: One source's server may ask for longer; others on its host wait for so long.
_MAX_REFUSAL = timedelta(days=1)
_HOST, _SOURCE = "host ", "source "


@dataclass(slots=True)
class _Host:
    """A host, on the monotonic clock."""

    #: The lease holds until then.
    until: float = 0.0
    #: Requests under way, and since when there are none.
    users: int = 0
    idle_since: float = 0.0
    #: Another process waits: no further request, and no new lease before ``not_again_before``.
    is_ending: bool = False
    not_again_before: float = 0.0
    next_page_at: float = 0.0
    #: The host takes no requests before this time, by the calendar, with its answer.
    not_before: datetime | None = None
    refusal: str = ""
    #: What it asked for isn't stored yet.
    is_changed: bool = False
    #: Tasks that wait for the lease, and what they wait for.
    waiting: int = 0
    granted: asyncio.Event = field(default_factory=asyncio.Event)

    def is_unused(self, now: float) -> bool:
        """Whether the lease can be given back."""
        is_idle = not self.waiting and now - self.idle_since > _IDLE_S
        return bool(self.until) and not self.users and (self.is_ending or is_idle)


class FetchLeases:
    """The leases of one run; a ``HostGate``."""

    def __init__(self, store: Store, *, now: datetime, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._holder = uuid.uuid4().hex
        self._monotonic = monotonic
        self._started, self._start = now, monotonic()
        self._hosts: dict[str, _Host] = {}
        self._sources: frozenset[str] = frozenset()
        self._sources_until = self._renew_at = 0.0
        self._wake = asyncio.Event()
        #: The store has anything of this run.
        self._is_used = False

    # --- sources ---

    def claim_sources(self, ids: Collection[str]) -> frozenset[str]:
        """Take those sources that no other process fetches now; return their ids."""
        names = [_SOURCE + id_ for id_ in ids]
        self._is_used = self._is_used or bool(names)
        with self._store.begin(durable=False) as conn:
            taken = leases.acquire(conn, names, self._holder, LEASE)
        self._sources |= frozenset(name.removeprefix(_SOURCE) for name in taken)
        self._sources_until = self._end()
        self._renew_at = self._monotonic() + _RENEWAL_S
        return self._sources

    def has_source(self, source_id: str) -> bool:
        """Whether no other process may fetch the source; false after this process has slept for too long."""
        return source_id in self._sources and self._monotonic() < self._sources_until

    # --- hosts: HostGate ---

    @asynccontextmanager
    async def use(self, host: str) -> AsyncIterator[None]:
        """See ``HostGate``."""
        state = await self._admitted(host)
        state.users += 1
        try:
            yield
        finally:
            state.users -= 1
            state.idle_since = self._monotonic()
            if state.is_ending:
                self._wake.set()

    async def page_turn(self, host: str, delay_s: float) -> None:
        """See ``HostGate``."""
        state = await self._admitted(host)
        now = self._monotonic()
        turn = max(state.next_page_at, now)
        state.next_page_at, state.is_changed = turn + delay_s, True
        await asyncio.sleep(turn - now)

    def refuse(self, host: str, error: SourceError) -> None:
        """See ``HostGate``."""
        if error.retry_at:
            state = self._hosts.setdefault(host, _Host())
            state.not_before = min(error.retry_at, self._now() + _MAX_REFUSAL)
            state.refusal, state.is_changed = str(error), True
            self._wake.set()

    async def _admitted(self, host: str) -> _Host:
        """Wait for the host's lease. Raises ``SourceError`` if the host takes no requests now."""
        state = self._hosts.setdefault(host, _Host())
        while state.is_ending or self._monotonic() >= state.until:
            state.granted.clear()
            state.waiting += 1
            self._wake.set()
            try:
                await state.granted.wait()
            finally:
                state.waiting -= 1
        if state.not_before and self._now() < state.not_before:
            message = f"{host} asked to wait until {utc_time(state.not_before)}: {state.refusal}"
            raise SourceError(message, retry_at=state.not_before, temporary=True)
        return state

    # --- keeping the store up to date ---

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Context in which leases are asked for, renewed and given back; all are given back at the end."""
        exchanging = asyncio.create_task(self._exchange_repeatedly())
        try:
            yield
        finally:
            exchanging.cancel()
            await asyncio.gather(exchanging, return_exceptions=True)

    def close(self) -> None:
        """Give everything back."""
        if not self._is_used:
            return
        with suppress(StoreError), self._store.begin(durable=False) as conn:
            self._save(conn, self._hosts)
            leases.release(conn, self._holder)

    async def _exchange_repeatedly(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):
                    await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(_GROUP_S)
            try:
                self._exchange()
            except StoreError:
                self._grant_without_store()

    def _exchange(self) -> None:
        """Give back, ask for and renew leases, each in a short transaction."""
        now = self._monotonic()
        if unused := [name for name, host in self._hosts.items() if host.is_unused(now)]:
            self._give_back(unused, now)
        if wanted := [name for name, host in self._hosts.items() if host.waiting and now >= host.not_again_before]:
            self._ask_for(wanted)
        if refusing := [name for name, host in self._hosts.items() if host.is_changed and host.refusal]:
            with self._store.begin(durable=False) as conn:
                self._save(conn, refusing)
        if now >= self._renew_at:
            self._renew(now)

    def _give_back(self, names: Collection[str], now: float) -> None:
        with self._store.begin(durable=False) as conn:
            self._save(conn, names)
            leases.release(conn, self._holder, [_HOST + name for name in names])
        for name in names:
            host = self._hosts[name]
            host.not_again_before = now + _TURN_S if host.is_ending else 0.0
            host.until, host.is_ending = 0.0, False

    def _ask_for(self, names: Collection[str]) -> None:
        self._is_used = True
        with self._store.begin(durable=False) as conn:
            acquired = leases.acquire(conn, [_HOST + name for name in names], self._holder, LEASE)
            taken = [name.removeprefix(_HOST) for name in acquired]
            states, time_now = hosts.states(conn, taken), database_time(conn)
        for name in taken:
            host, state = self._hosts[name], states.get(name)
            host.until, host.idle_since = self._end(), self._monotonic()
            if state and state.next_page_at:
                delay_s = (state.next_page_at - time_now).total_seconds()
                host.next_page_at = max(host.next_page_at, self._monotonic() + delay_s)
            if state and state.not_before and not host.is_changed:
                host.not_before, host.refusal = state.not_before, state.refusal
            host.granted.set()

    def _renew(self, now: float) -> None:
        self._renew_at = now + _RENEWAL_S
        with self._store.begin(durable=False) as conn:
            renewed = leases.renew(conn, self._holder, LEASE)
        self._sources = frozenset(id_ for id_ in self._sources if _SOURCE + id_ in renewed)
        self._sources_until = self._end()
        for name, host in self._hosts.items():
            host.until = self._end() if _HOST + name in renewed else 0.0
            host.is_ending = renewed.get(_HOST + name, False)

    def _grant_without_store(self) -> None:
        """The store can't be used: the limits within this process must do."""
        for host in self._hosts.values():
            if host.waiting:
                host.until, host.is_ending = self._end(), False
                host.granted.set()

    def _save(self, conn: Connection, names: Collection[str]) -> None:
        """Record what the hosts asked for."""
        now, time_now = self._monotonic(), database_time(conn)
        changed = {name: host for name in names if (host := self._hosts[name]).is_changed}
        states = (
            HostState(
                name=name,
                not_before=host.not_before,
                refusal=host.refusal,
                next_page_at=time_now + timedelta(seconds=host.next_page_at - now) if host.next_page_at > now else None,
            )
            for name, host in changed.items()
        )
        hosts.save(conn, tuple(states))
        for host in changed.values():
            host.is_changed = False

    def _end(self) -> float:
        """When leases that were taken now are no longer relied on."""
        return self._monotonic() + LEASE.total_seconds() - _MARGIN_S

    def _now(self) -> datetime:
        return self._started + timedelta(seconds=self._monotonic() - self._start)
