"""List of feeds collected as one source: a feed that fails is one of its problems."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import replace

from digest.collect.discovery.opml import FeedList
from digest.model.articles import Entry
from digest.model.errors import SourceError, describe_unexpected
from digest.model.newsletters import Source
from digest.model.protocols import Collected, Collector, FetchState, KnownGuids


async def collect_feed_list(
    source: Source,
    feed_list: FeedList,
    state: FetchState,
    known_guids: KnownGuids,
    *,
    collector: Collector,
    concurrency: int,
) -> Collected:
    """Collect every feed of the list ``source``. Raises ``SourceError`` only if none of them can be read."""
    feeds = feed_list.sources
    slots = asyncio.Semaphore(concurrency)
    exceptions: list[Exception] = []

    async def collect_feed(feed: Source) -> Collected | SourceError:
        async with slots:
            try:
                return await collector(feed, _feed_state(state, feed), _feed_known_guids(known_guids, feed))
            except SourceError as error:
                return SourceError(f"{feed.title or feed.address} ({feed.address}): {error}")
            except Exception as error:  # noqa: BLE001  # the edge of one feed: a bug in one stops no other
                exceptions.append(error)
                return SourceError(f"{feed.title or feed.address} ({feed.address}): {describe_unexpected(error)}")

    outcomes = await asyncio.gather(*map(collect_feed, feeds))
    errors = [str(outcome) for outcome in outcomes if isinstance(outcome, SourceError)]
    if len(errors) == len(outcomes):
        raise SourceError(f"none of its {len(outcomes)} feeds can be read: {errors[0]}")
    collected = [outcome for outcome in outcomes if isinstance(outcome, Collected)]
    pending = ((feed.source, guid, at) for feed in collected for guid, at in feed.pending_pages.items())
    return Collected(
        source=source,
        entries=tuple(entry for feed in collected for entry in _list_entries(feed, source)),
        kind=f"list of {len(feeds)} feeds",
        problems=(*feed_list.problems, *errors, *(problem for feed in collected for problem in feed.problems)),
        exceptions=tuple(exceptions),
        pending_pages={_list_guid(feed, guid): retry_at for feed, guid, retry_at in pending},
    )


def _list_entries(collected: Collected, source: Source) -> Iterable[Entry]:
    for entry in collected.entries:
        yield replace(entry, source_id=source.id, guid=_list_guid(collected.source, entry.guid))


def _list_guid(feed: Source, guid: str) -> str:
    """The entry's guid within the list: two feeds may use the same guids, so the feed's address comes first."""
    return f"{feed.url} {guid}"


def _feed_state(state: FetchState, feed: Source) -> FetchState:
    """The list's state for one of its feeds, with the guids as in the feed."""
    prefix = _list_guid(feed, "")
    pending = (entry for entry in state.pending_pages if entry.guid.startswith(prefix))
    return FetchState(pending_pages=tuple(replace(entry, guid=entry.guid.removeprefix(prefix)) for entry in pending))


def _feed_known_guids(known_guids: KnownGuids, feed: Source) -> KnownGuids:
    def known(guids: Collection[str]) -> frozenset[str]:
        by_list_guid = {_list_guid(feed, guid): guid for guid in guids}
        return frozenset(by_list_guid[guid] for guid in known_guids(by_list_guid))

    return known
