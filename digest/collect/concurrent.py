"""Source → Entry: visit many sources at once; one that fails is a value among the others.

How a source is visited is the collector's matter; here is only who goes when, and that nobody stops anybody.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from urllib.parse import urlsplit

from digest.model import Failure, Source
from digest.model.errors import SourceError, one_line
from digest.model.protocols import Collected, Collector, FetchState
from digest.text.urls import outlet_domain

#: What a visit came to.
SourceOutcome = Collected | Failure
_PASSWORD = re.compile(r"(?<=://)[^/@\s]*@")


async def collect(
    sources: Sequence[Source],
    collector: Collector,
    remembered: Mapping[str, FetchState] | None = None,
    *,
    concurrency: int = 32,
    per_host: int = 2,
    on_done: Callable[[SourceOutcome], None] | None = None,
) -> tuple[SourceOutcome, ...]:
    """Visit ``sources`` as ``collect_each`` does; the outcomes are in their order, and ``on_done`` hears of each."""
    found: dict[Source, SourceOutcome] = {}

    async def take(source: Source, outcome: SourceOutcome) -> None:
        found[source] = outcome
        if on_done:
            on_done(outcome)

    await collect_each(sources, collector, remembered, concurrency=concurrency, per_host=per_host, take=take)
    return tuple(found[source] for source in sources)


async def collect_each(
    sources: Sequence[Source],
    collector: Collector,
    remembered: Mapping[str, FetchState] | None = None,
    *,
    take: Callable[[Source, SourceOutcome], Awaitable[None]],
    concurrency: int = 32,
    per_host: int = 2,
) -> None:
    """Visit ``sources``, ``concurrency`` at once and ``per_host`` of one host; ``take`` each outcome as it comes.

    ``remembered`` has what each source (by id) gave to ask "has it changed?" with. Nothing is kept here.
    """
    at_all = asyncio.Semaphore(concurrency)
    at_host: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(per_host))

    async def visit(source: Source) -> None:
        # The host first: a source that waits for its host must not keep others from theirs.
        async with at_host[_host(source)], at_all:
            outcome = await _outcome(source, collector, (remembered or {}).get(source.id, FetchState()))
            await take(source, outcome)

    await asyncio.gather(*(visit(source) for source in sources))


async def _outcome(source: Source, collector: Collector, validators: FetchState) -> SourceOutcome:
    try:
        return await collector(source, validators)
    except SourceError as error:
        return failure(source, error)


def failure(source: Source, error: SourceError) -> Failure:
    """The failure of ``source`` as people are told of it: on one line, without the password in its address."""
    return Failure(
        source=source.title or outlet_domain(source.url) or source.id,
        url=_PASSWORD.sub("", source.address),
        error=one_line(str(error)),
        retry_at=error.retry_at,
    )


def _host(source: Source) -> str:
    try:
        return urlsplit(source.url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
