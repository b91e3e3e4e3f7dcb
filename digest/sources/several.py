"""A list of feeds read as one source: what each brings is the list's, and one that fails is one of its problems."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from digest.errors import SourceError
from digest.model import Entry, Source
from digest.ports import Collected, Collector, Validators


async def read_several(
    source: Source, listed: Sequence[Source], *, collector: Collector, concurrency: int
) -> Collected:
    """Visit every source that ``source`` lists. Raises ``SourceError`` only if none of them can be read."""
    turns = asyncio.Semaphore(concurrency)

    async def visit(one: Source) -> Collected | SourceError:
        async with turns:
            try:
                return await collector(one, Validators())
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
    )


def _adopted(collected: Collected, source: Source) -> Iterable[Entry]:
    """Two feeds may use the same ids, so each is told apart by its feed's address."""
    for entry in collected.entries:
        yield replace(entry, source_id=source.id, guid=f"{collected.source.url} {entry.guid}")
