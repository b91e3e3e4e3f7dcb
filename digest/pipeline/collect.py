"""Collects sources into the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime

from digest.collect.concurrent import SourceOutcome, collect_each
from digest.model.articles import Entry
from digest.model.errors import one_line
from digest.model.failures import Failure
from digest.model.mails import MailboxState
from digest.model.newsletters import DETECTING_COLLECTOR, Source
from digest.model.protocols import Collected, Collector, FetchState, KnownGuids, Stop
from digest.model.tracing import Tracer
from digest.pipeline.app import App
from digest.pipeline.fetch_leases import LEASE, FetchLeases
from digest.pipeline.ingest import Ingester
from digest.pipeline.ingest import Progress as Progress
from digest.settings import FetchSettings
from digest.store import Store, entries, mails, pending_pages, sources

#: Sources never fetched before whose articles, all of them new, keep another process busy.
_MANY_NEW = 40
#: Seconds between two looks for sources that another process fetches.
_POLL_S = 0.5
#: Newest guids that a plugin's collector gets: more than any feed lists.
_PLUGIN_GUIDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """Outcomes of collecting sources into the store."""

    #: One for each source, without the entries.
    outcomes: tuple[SourceOutcome, ...]
    #: Number of articles that were not stored before.
    new_articles: int
    #: Number of sources that were left out, since another process fetches them.
    busy: int = 0

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Sources that could not be read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def problems(self) -> tuple[Failure, ...]:
        """Unreadable parts of sources that otherwise could be read."""
        return tuple(
            Failure(source=_name(outcome), url=outcome.source.address, error=one_line(problem))
            for outcome in self.outcomes
            if isinstance(outcome, Collected)
            for problem in outcome.problems
        )

    @property
    def exceptions(self) -> tuple[tuple[str, Exception], ...]:
        """Unexpected exceptions, each with the name of the source that met it, for the log."""
        failed = ((failure.source, failure.exception) for failure in self.failures if failure.exception)
        collected = (outcome for outcome in self.outcomes if isinstance(outcome, Collected))
        partly = ((_name(outcome), exception) for outcome in collected for exception in outcome.exceptions)
        return (*failed, *partly)

    @property
    def all_failed(self) -> bool:
        return bool(self.outcomes) and len(self.failures) == len(self.outcomes)


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id


def collect_sources(
    wanted: Sequence[Source], app: App, *, now: datetime, due_only: bool = False, on_done: Progress | None = None
) -> CollectResult:
    """Collect the sources and store new entries as clean articles; a failed source does not stop the others.

    With ``due_only``, sources whose fetch interval or backoff has not passed are left out. Sources that another process
    fetches now are left out, too.
    """
    _forget_moved(wanted, app.store)
    if due_only:
        wanted = _due(wanted, app.store, now)
    with app.span("collect") as add, closing(FetchLeases(app.store, now=now)) as leases:
        claimed = leases.claim_sources([source.id for source in wanted if _needs_lease(source)])
        free = [source for source in wanted if source.id in claimed or not _needs_lease(source)]
        result = collect_into(
            app.store,
            _due(free, app.store, now) if due_only else free,  # another process may just have fetched it
            _with_spans(app.collector_at(now, leases), app.span),
            fetch=app.settings.fetch,
            now=now,
            on_done=on_done,
            leases=leases,
        )
        add(sources=len(result.outcomes), failed=len(result.failures), new=result.new_articles)
    return replace(result, busy=len(wanted) - len(free))


def _needs_lease(source: Source) -> bool:
    """Whether one process at a time collects it: all but files of this machine, which are read at once."""
    return source.path is None or source.collector != DETECTING_COLLECTOR


def _with_spans(collector: Collector, span: Tracer) -> Collector:
    """The collector with a span around each source."""

    async def collect(source: Source, state: FetchState, known_guids: KnownGuids) -> Collected:
        with span("source", source=source.id) as add:
            collected = await collector(source, state, known_guids)
            add(entries=len(collected.entries))
            return collected

    return collect


def collect_in_turn(
    wanted: Sequence[Source], app: App, *, clock: Callable[[], datetime], stop: Stop, due_only: bool = True
) -> CollectResult:
    """As ``collect_sources``, but wait for sources that another process fetches: they stay due if that was killed."""
    result = collect_sources(wanted, app, now=clock(), due_only=due_only)
    give_up_at = time.monotonic() + 2 * LEASE.total_seconds()
    while result.busy and time.monotonic() < give_up_at and not stop.is_set():
        time.sleep(_POLL_S)
        done = {outcome.source.id if isinstance(outcome, Collected) else "" for outcome in result.outcomes}
        left = [source for source in wanted if source.id not in done]
        more = collect_sources(left, app, now=clock(), due_only=True)
        outcomes, new = (*result.outcomes, *more.outcomes), result.new_articles + more.new_articles
        result = CollectResult(outcomes=outcomes, new_articles=new, busy=more.busy)
    return result


def _due(wanted: Sequence[Source], store: Store, now: datetime) -> list[Source]:
    with store.read() as conn:
        not_due = sources.not_due_ids(conn, now=now)
    return [source for source in wanted if source.id not in not_due]


def _forget_moved(wanted: Sequence[Source], store: Store) -> None:
    """Drop the fetch state of sources whose address in the settings changed: it would lead back to the old one."""
    with store.read() as conn:
        moved = sources.moved_ids(conn, wanted)
    if moved:
        with store.begin() as conn:
            sources.forget(conn, moved)


def _read_states(
    store: Store, wanted: Sequence[Source], now: datetime
) -> tuple[dict[str, FetchState], Mapping[str, tuple[Entry, ...]]]:
    """The fetch states of the sources, and their pages that are due for another try."""
    ids = [source.id for source in wanted]
    by_plugins = [source.id for source in wanted if source.collector != DETECTING_COLLECTOR]
    with store.read() as conn:
        guids = {id_: entries.newest_guids(conn, id_, limit=_PLUGIN_GUIDS) for id_ in by_plugins}
        pending = pending_pages.due(conn, ids, now=now)
        states = sources.fetch_states(conn, ids)
        mailboxes = mails.states(conn, [source for source in wanted if _may_have_mails(source)])
    return {
        id_: replace(
            states.get(id_, FetchState()),
            pending_pages=pending.get(id_, ()),
            newest_guids=guids.get(id_, ()),
            mailbox=mailboxes.get(id_, MailboxState()),
        )
        for id_ in {*states, *mailboxes}
    }, pending


def _may_have_mails(source: Source) -> bool:
    return not source.url and source.collector == DETECTING_COLLECTOR


def _known_guids(
    store: Store, wanted: Sequence[Source], states: Mapping[str, FetchState]
) -> Callable[[str, Collection[str]], frozenset[str]]:
    """Returns which of these guids of a source are stored; of mails, which of these keys and places are."""
    with_mails = {source.id for source in wanted if _may_have_mails(source)}

    def known_guids(source_id: str, guids: Collection[str]) -> frozenset[str]:
        if source_id not in states:  # never fetched at its present address: every page is fetched
            return frozenset()
        with store.read() as conn:
            of_mails = mails.known(conn, source_id, guids) if source_id in with_mails else frozenset()
            return of_mails | entries.known_guids(conn, source_id, guids)

    return known_guids


def collect_into(  # what is collected, with what, and into what
    store: Store,
    wanted: Sequence[Source],
    collector: Collector,
    *,
    fetch: FetchSettings,
    now: datetime,
    on_done: Progress | None = None,
    leases: FetchLeases | None = None,
) -> CollectResult:
    """As ``collect_sources``, for any store and collector. A source whose lease is lost is left out."""
    ids = [source.id for source in wanted]
    states, pending = _read_states(store, wanted, now)
    ingester = Ingester(store=store, fetch=fetch, now=now, on_done=on_done, pending_pages=pending)

    async def collect_all() -> None:
        async with ingester.pool, leases.kept() if leases else nullcontext():
            if sum(id_ not in states for id_ in ids) >= _MANY_NEW:
                ingester.pool.start_worker()  # it takes half a second, while the first sources are fetched
            await collect_each(
                wanted,
                collector,
                states,
                on_outcome=ingester.add,
                known_guids=_known_guids(store, wanted, states),
                is_wanted=lambda source: not _needs_lease(source) or leases is None or leases.has_source(source.id),
                concurrency=fetch.concurrency,
                per_host=fetch.per_host,
            )
            await ingester.flush()

    asyncio.run(collect_all())
    outcomes = tuple(ingester.outcomes[id_] for id_ in ids if id_ in ingester.outcomes)
    return CollectResult(outcomes=outcomes, new_articles=ingester.new)
