"""The sentence: collect → clean → group → rank → summarize, and what they make: a digest.

Here the steps meet the store; what each step decides is its own. ``gather`` brings articles in, ``compose`` makes a
digest of what was brought in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from digest.clean import clean
from digest.collect import collect
from digest.group import group
from digest.model import Article, Brief, Digest, Failure, Newsletter, Slot, Source, Window
from digest.ports import Budget, Collected, Collector, Summarizer
from digest.rank import Criteria, rank
from digest.render import Brand, Look
from digest.settings import Settings
from digest.store import Store, articles, entries, sources, stories
from digest.summarize import summarize

#: Sources visited and stored together: what bounds the memory of a round, however many there are.
_ROUND = 50
#: How long a story that was told is known by its articles: a follow-up is an update then, not news.
_MEMORY = timedelta(days=14)
#: Called as each source is done, in the order in which they finish.
Progress = Callable[[Collected | Failure], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The parts the house is built from; ``app.make_app`` chooses them."""

    settings: Settings
    store: Store
    #: Gives the collector for visits at a moment.
    collector_at: Callable[[datetime], Collector]
    #: Gives the summarizer of that name.
    summarizer: Callable[[str], Summarizer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What visiting sources brought into the store."""

    #: One for each source, without the entries.
    outcomes: tuple[Collected | Failure, ...]
    #: Articles that were not there before.
    new: int

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The sources that could not be read."""
        return tuple(outcome for outcome in self.outcomes if isinstance(outcome, Failure))

    @property
    def problems(self) -> tuple[Failure, ...]:
        """What could not be read of sources that otherwise could."""
        return tuple(
            Failure(source=_name(outcome), url=outcome.source.address, error=problem)
            for outcome in self.outcomes
            if isinstance(outcome, Collected)
            for problem in outcome.problems
        )

    @property
    def is_lost(self) -> bool:
        """Every source failed."""
        return bool(self.outcomes) and len(self.failures) == len(self.outcomes)


def gather(visited: Sequence[Source], app: App, *, now: datetime, on_done: Progress | None = None) -> Gathered:
    """Visit the sources and store what is new, cleaned; a source that fails is told, and never stops the others."""
    outcomes: list[Collected | Failure] = []
    new, fetch = 0, app.settings.fetch
    for some in _rounds(visited):
        with app.store.read() as conn:
            remembered = sources.remembered(conn, [source.id for source in some])
        found = asyncio.run(
            collect(
                some,
                app.collector_at(now),
                remembered,
                concurrency=fetch.concurrency,
                per_host=fetch.per_host,
                on_done=on_done,
            )
        )
        new += _keep(zip(some, found, strict=True), app.store, now)
        outcomes += [replace(outcome, entries=()) if isinstance(outcome, Collected) else outcome for outcome in found]
    return Gathered(outcomes=tuple(outcomes), new=new)


def compose(newsletter: Newsletter, slot: Slot, app: App, *, window: Window, audience: str = "") -> Digest:
    """The newsletter's content for one slot, out of what was gathered; nothing is fetched and nothing is written."""
    wanted = sources_of(newsletter, app.settings)
    found, sent, failures = _known(newsletter, slot, app.store, wanted=wanted, window=window, audience=audience)
    grouped = group(found, weights={source.id: source.weight for source in wanted})
    ranking = rank(grouped, _criteria(newsletter, slot, wanted, sent))
    budget = Budget(sentences=newsletter.sentences, words=newsletter.words)
    briefs = summarize(ranking.chosen, app.summarizer(newsletter.summarizer), budget)
    return Digest(
        newsletter=newsletter,
        slot=slot,
        window=window,
        language=_language(briefs),
        briefs=briefs,
        left_out=tuple(item for item in ranking.left_out if item.article.published in window),
        failures=failures,
    )


def sources_of(newsletter: Newsletter, settings: Settings) -> tuple[Source, ...]:
    """The newsletter's sources in its own order; all of them if it names none."""
    if not newsletter.sources:
        return settings.sources
    by_id = {source.id: source for source in settings.sources}
    return tuple(by_id[source_id] for source_id in newsletter.sources)


def look_of(newsletter: Newsletter, settings: Settings) -> Look:
    """How the newsletter's editions are dressed; templates beside the settings file come before the shipped ones."""
    own = (settings.file.parent / "templates",) if settings.file else ()
    brand = settings.brand
    return Look(
        template=newsletter.template,
        folders=own,
        brand=Brand(name=brand.name, accent=brand.accent, logo=brand.logo, address=brand.address),
    )


def _keep(visits: Iterable[tuple[Source, Collected | Failure]], kept: Store, now: datetime) -> int:
    """Store what the visits brought, cleaned; how many articles are new."""
    new = 0
    with kept.begin() as conn:
        for source, outcome in visits:
            if isinstance(outcome, Failure):
                sources.remember_failure(conn, source.id, outcome.error, at=now, not_before=outcome.retry_at)
                continue
            sources.remember(conn, outcome, at=now)
            edited = entries.edited(conn, outcome.entries)
            fresh = entries.add(conn, outcome.entries)
            changed = (*fresh, *edited)
            articles.add(conn, zip(changed, clean(changed), strict=True))
            new += len(fresh)
    return new


def _known(
    newsletter: Newsletter, slot: Slot, kept: Store, *, wanted: Sequence[Source], window: Window, audience: str
) -> tuple[tuple[Article, ...], frozenset[str], tuple[Failure, ...]]:
    """The window's articles and older ones that were told; what was told; and the sources that are failing."""
    remembered = replace(window, start=min(window.start, slot.due - _MEMORY))
    with kept.read() as conn:
        found = articles.between(conn, [source.id for source in wanted], remembered)
        sent = stories.sent_article_ids(conn, newsletter.id, audience, before=slot.due)
        health = {known.id: known for known in sources.health(conn)}
    failures = tuple(
        Failure(source=source.title or health[source.id].title or source.id, url=source.address, error=error)
        for source in wanted
        if source.id in health and (error := health[source.id].error)
    )
    return tuple(article for article in found if article.published in window or article.id in sent), sent, failures


def _criteria(newsletter: Newsletter, slot: Slot, wanted: Sequence[Source], sent: frozenset[str]) -> Criteria:
    return Criteria(
        now=slot.due,
        limit=newsletter.stories,
        weights={source.id: source.weight for source in wanted},
        sections={source.id: source.section for source in wanted},
        sent=sent,
    )


def _language(briefs: Sequence[Brief]) -> str:
    """The language of most stories; the first of them decides a tie."""
    languages = Counter(brief.story.lead.language for brief in briefs)
    languages.pop("und", None)
    return languages.most_common(1)[0][0] if languages else "en"


def _name(collected: Collected) -> str:
    return collected.source.title or collected.title or collected.source.id


def _rounds(sources: Iterable[Source]) -> Iterator[list[Source]]:
    waiting = iter(sources)
    while some := list(islice(waiting, _ROUND)):
        yield some
