"""Source → Entry: collects many sources concurrently; a failed source is a value, and never stops the others."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import MappingProxyType
from urllib.parse import urlsplit

from digest.model.errors import SourceError, describe_unexpected, one_line
from digest.model.failures import Failure
from digest.model.newsletters import Source
from digest.model.protocols import Collected, Collector, FetchState
from digest.text.credentials import mask, redact, url_passwords
from digest.text.urls import outlet_domain

SourceOutcome = Collected | Failure
_NO_STATES: Mapping[str, FetchState] = MappingProxyType({})


def _no_known_guids(_source_id: str, _guids: Collection[str]) -> frozenset[str]:
    return frozenset()


async def collect(
    sources: Sequence[Source],
    collector: Collector,
    states: Mapping[str, FetchState] = _NO_STATES,
    *,
    concurrency: int = 32,
    per_host: int = 2,
    on_done: Callable[[SourceOutcome], None] | None = None,
) -> tuple[SourceOutcome, ...]:
    """Collect the sources as ``collect_each`` does; outcomes are in their order. ``on_done`` gets each as it comes."""
    outcomes: dict[Source, SourceOutcome] = {}

    async def add(source: Source, outcome: SourceOutcome) -> None:
        outcomes[source] = outcome
        if on_done:
            on_done(outcome)

    await collect_each(sources, collector, states, on_outcome=add, concurrency=concurrency, per_host=per_host)
    return tuple(outcomes[source] for source in sources)


async def collect_each(
    sources: Sequence[Source],
    collector: Collector,
    states: Mapping[str, FetchState] = _NO_STATES,
    *,
    on_outcome: Callable[[Source, SourceOutcome], Awaitable[None]],
    known_guids: Callable[[str, Collection[str]], frozenset[str]] = _no_known_guids,
    is_wanted: Callable[[Source], bool] = lambda _: True,
    concurrency: int = 32,
    per_host: int = 2,
) -> None:
    """Collect ``concurrency`` sources at once, ``per_host`` of one host, and await ``on_outcome`` with each outcome.

    ``states`` are by source id. ``known_guids`` gets a source's id and guids, and returns those that are stored. A
    source that isn't wanted any more when its turn comes has no outcome.
    """
    source_slots = asyncio.Semaphore(concurrency)
    host_slots: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def collect_one(source: Source) -> None:
        # The host's slot comes first: a source that waits for its host must not keep others from theirs.
        async with host_slots[_host(source)], source_slots:
            if not is_wanted(source):
                return
            state = states.get(source.id, FetchState())
            started = time.monotonic()
            outcome: SourceOutcome
            try:
                outcome = await collector(source, state, partial(known_guids, source.id))
            except SourceError as error:
                outcome = _failure(source, one_line(str(error)), retry_at=error.retry_at)
            except Exception as error:  # noqa: BLE001  # the edge of one source: a bug in one stops no other
                outcome = unexpected_failure(source, error)
            if isinstance(outcome, Collected) and outcome.problems:
                outcome = replace(outcome, problems=tuple(_without_password(text, source) for text in outcome.problems))
            await on_outcome(source, replace(outcome, duration_s=time.monotonic() - started))

    await asyncio.gather(*map(collect_one, sources))


def unexpected_failure(source: Source, error: Exception) -> Failure:
    """The failure of a source by an exception that nothing foresaw; the log gets its traceback."""
    return replace(_failure(source, describe_unexpected(error)), exception=error)


def _failure(source: Source, error: str, *, retry_at: datetime | None = None) -> Failure:
    """The error for display, without a password in the address."""
    return Failure(
        source=source.title or _outlet(source) or source.id,
        url=source.address,
        error=_without_password(error, source),
        retry_at=retry_at,
    )


def _without_password(text: str, source: Source) -> str:
    """A message without the source's password, and without those of addresses in it."""
    return redact(mask(text, *url_passwords(source.url), source.password.reveal()))


def _outlet(source: Source) -> str:
    try:
        return outlet_domain(source.url)
    except ValueError:  # an address like http://[
        return ""


def _host(source: Source) -> str:
    if source.mailbox:
        return source.mailbox.host.lower()
    try:
        return urlsplit(source.url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
