"""A list of feeds read as one source: what each brings is the list's, and one that fails is one of its problems."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from digest.model import Entry, Source
from digest.model.errors import SourceError
from digest.model.protocols import Collected, Collector, FetchState


async def collect_feed_list(
    source: Source, listed: Sequence[Source], validators: FetchState, *, collector: Collector, concurrency: int
) -> Collected:
    """Visit every source that ``source`` lists. Raises ``SourceError`` only if none of them can be read."""
    turns = asyncio.Semaphore(concurrency)

    async def visit(one: Source) -> Collected | SourceError:
        async with turns:
            try:
                return await collector(one, _its_own(validators, one))
            except SourceError as error:
                return SourceError(f"{one.title or one.url} ({one.url}): {error}")

    found = await asyncio.gather(*(visit(one) for one in listed))
    problems = [str(outcome) for outcome in found if isinstance(outcome, SourceError)]
    if len(problems) == len(found):
        raise SourceError(f"none of its {len(found)} feeds can be read: {problems[0]}")
    collected = [outcome for outcome in found if isinstance(outcome, Collected)]
    return Collected(
        source=source,
        entries=tuple(entry for one in collected for entry in _adopted(one, source)),
        kind=f"list of {len(listed)} feeds",
        problems=(*problems, *(problem for one in collected for problem in one.problems)),
        pending_pages={_guid(one.source, guid): at for one in collected for guid, at in one.pending_pages.items()},
    )


def _adopted(collected: Collected, source: Source) -> Iterable[Entry]:
    for entry in collected.entries:
        yield replace(entry, source_id=source.id, guid=_guid(collected.source, entry.guid))


def _guid(feed: Source, guid: str) -> str:
    """Two feeds may use the same ids, so each is told apart by its feed's address."""
    return f"{feed.url} {guid}"


def _its_own(validators: FetchState, feed: Source) -> FetchState:
    """What is remembered of the entries of one of a list's feeds."""

    def known(guids: Collection[str]) -> frozenset[str]:
        adopted = {_guid(feed, guid): guid for guid in guids}
        return frozenset(adopted[guid] for guid in validators.known(adopted))

    mark = _guid(feed, "")
    unread = (entry for entry in validators.pending_pages if entry.guid.startswith(mark))
    return FetchState(
        known=known, pending_pages=tuple(replace(entry, guid=entry.guid.removeprefix(mark)) for entry in unread)
    )
