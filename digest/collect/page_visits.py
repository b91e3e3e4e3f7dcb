"""Visits known pages of many sources: a source's pages share its time limit, a host's its limits and its robots.txt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

from digest.collect.revisit import PageVisit, VisitOutcome, visit_page
from digest.http.client import Client
from digest.http.limits import ConcurrencyLimits, HostGate
from digest.http.private_access import PrivateAccess
from digest.http.robots import Robots, RobotsCache
from digest.model.articles import Entry
from digest.model.errors import describe_unexpected
from digest.model.newsletters import Source
from digest.model.protocols import FetchState, Stop
from digest.settings import FetchSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """A page to visit, and its validators."""

    entry: Entry
    state: FetchState


#: Called with each source and its visits, in the order of its requests.
OnVisits = Callable[[Source, Sequence[PageVisit]], Awaitable[None]]


async def visit_pages(
    wanted: Sequence[tuple[Source, Sequence[PageRequest]]],
    fetch: FetchSettings,
    *,
    now: datetime,
    gate: HostGate | None,
    on_visits: OnVisits,
    stop: Stop,
) -> None:
    """Visit each source's pages, and await ``on_visits`` with their outcomes. Sources after a stop are left out."""
    limits, robots_cache = ConcurrencyLimits(fetch.per_host, gate), RobotsCache()
    slots = asyncio.Semaphore(fetch.concurrency)

    async def visit_source(source: Source, requests: Sequence[PageRequest]) -> None:
        async with slots:
            if stop.is_set():
                return
            access = PrivateAccess.for_source(source.url, fetch.allow)
            async with Client(fetch, now, access, limits) as client:
                visits = await _visit_each(requests, source, client, Robots(client, robots_cache))
            await on_visits(source, visits)

    async with gate.kept() if gate else nullcontext():
        await asyncio.gather(*(visit_source(source, requests) for source, requests in wanted))


async def _visit_each(
    requests: Sequence[PageRequest], source: Source, client: Client, robots: Robots
) -> Sequence[PageVisit]:
    """The visits in order; those that aren't over within the source's time limit are put off."""
    tasks = [
        asyncio.create_task(visit_page(request.entry, request.state, source, client=client, robots=robots))
        for request in requests
    ]
    _, unfinished = await asyncio.wait(tasks, timeout=client.settings.timeout_s)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)
    return [_result(task) for task in tasks]


def _result(task: asyncio.Task[PageVisit]) -> PageVisit:
    if task.cancelled():
        return PageVisit(outcome=VisitOutcome.POSTPONED, detail="its source's time limit was over")
    if error := task.exception():  # the edge of one page: a bug in one stops no other
        if not isinstance(error, Exception):
            raise error
        return PageVisit(outcome=VisitOutcome.FAILED, detail=describe_unexpected(error), exception=error)
    return task.result()
