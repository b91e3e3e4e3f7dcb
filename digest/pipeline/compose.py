"""Compose a newsletter's digest for one slot from the stored articles: group, rank, summarize."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.articles import Article
from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.corrections import Correction
from digest.model.digests import Digest
from digest.model.failures import Failure, PluginFailure
from digest.model.newsletters import Newsletter, Source
from digest.model.protocols import Budget, Ranker, Summarizer
from digest.model.slots import Slot, Window
from digest.model.stories import Brief, LeftOut, Ranked, Story
from digest.pipeline.app import App
from digest.pipeline.draft_content import DraftContent
from digest.pipeline.draft_lineup import DROPPED
from digest.pipeline.edition_corrections import due_corrections
from digest.pipeline.editorial_choices import EditorialChoices, edit_chosen, merge_chosen, read_choices
from digest.pipeline.feedback import outlet_ratings
from digest.pipeline.grouping import restrict
from digest.pipeline.newsletter import sources_of
from digest.pipeline.recipients import UPDATE_MEMORY
from digest.store import Store, archived_stories, story_threads
from digest.store import articles as articles_store
from digest.store import sources as sources_store
from digest.store import stories as stories_store
from digest.stories.criteria import Criteria
from digest.stories.feedback import OutletRating
from digest.stories.rank import rank
from digest.stories.rankers import sort_key
from digest.stories.reading_budget import within_minutes
from digest.stories.subject import stories_for_subject
from digest.stories.summarize import summarize

#: Reason for articles that came in while a draft waited for its editor.
LATE = "it came in after the draft was composed, and is for the next edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """Input from the store."""

    #: The window's articles, and older ones that any audience was sent.
    articles: tuple[Article, ...]
    #: Those in an earlier edition by id, in every version that was published.
    already_published: Mapping[str, tuple[Article, ...]]
    #: Arrivals of the window's articles by id.
    arrivals: Mapping[str, articles_store.Arrival]
    #: Sources that failed at their last collection, by id.
    failures: Mapping[str, Failure]
    #: By outlet.
    ratings: Mapping[str, OutletRating]
    #: What editors decided.
    choices: EditorialChoices
    #: Articles that are not among the others for what editors decided, or since they came in late.
    left_out: tuple[LeftOut, ...]

    def failures_of(self, muted: Collection[str]) -> tuple[Failure, ...]:
        """The failures of sources that the audience did not mute."""
        return tuple(failure for source_id, failure in self.failures.items() if source_id not in muted)

    def is_of_audience(self, article: Article, window: Window) -> bool:
        """Whether the article is in the window, or was published to this very audience."""
        return article.published in window or article.id in self.already_published


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Articles of an edition: whose, and from which time."""

    window: Window
    audience: Audience = AS_PUBLISHED
    #: Ids of the earlier editions of its readers; None for those of the audience.
    history: Collection[int] | None = None
    #: What came in then or later is for the next edition; None for no such time.
    collected_before: datetime | None = None


def compose(
    newsletter: Newsletter,
    slot: Slot,
    app: App,
    *,
    window: Window,
    audience: Audience = AS_PUBLISHED,
    history: Collection[int] | None = None,
    collected_before: datetime | None = None,
) -> Digest:
    """The newsletter's content for one slot, from collected articles; fetches nothing and writes nothing.

    New is what no earlier edition of the audience had, or none of those with the ids in ``history``.
    """
    scope = Scope(window=window, audience=audience, history=history, collected_before=collected_before)
    return compose_content(newsletter, slot, app, scope).digest


def compose_content(newsletter: Newsletter, slot: Slot, app: App, scope: Scope, *, reserve: int = 0) -> DraftContent:
    """The content, and at most so many of the best stories that the newsletter's limits leave out."""
    window, audience = scope.window, scope.audience
    sources, muted = sources_of(newsletter, app.settings), audience.preferences.muted
    stored = _read(newsletter, slot, app.store, sources=sources, scope=scope)
    grouped = merge_chosen(
        restrict(
            app.groups.group(stored.articles, {source.id: source.weight for source in sources}),
            lambda article: article.source_id not in muted and stored.is_of_audience(article, window),
        ),
        stored.choices,
    )
    problems: list[PluginFailure] = []
    criteria = _criteria(newsletter, slot, window, sources=sources, stored=stored, topics=audience.preferences.topics)
    ranker, summarizer = app.ranker(newsletter, problems.append), app.summarizer(newsletter, problems.append)
    ranking = rank(grouped, criteria, ranker)
    write_brief = _brief_writer(newsletter, summarizer)
    briefs, over_time = within_minutes(ranking.chosen, newsletter.minutes, write_brief)
    briefs = edit_chosen(_with_threads(briefs, newsletter, app.store), stored.choices)
    further = _further_stories(grouped, criteria, ranker, briefs)[:reserve] if reserve else ()
    left_out = (*ranking.left_out, *over_time, *stored.left_out)
    digest = Digest(
        newsletter=newsletter,
        slot=slot,
        window=window,
        language=newsletter.language or _language(briefs),
        briefs=briefs,
        subject_stories=stories_for_subject(briefs),
        corrections=_corrections(newsletter, slot, app.store, scope),
        left_out=tuple(item for item in left_out if item.article.published in window),
        failures=stored.failures_of(muted),
        problems=tuple(dict.fromkeys(problems)),
        is_exhaustive=ranking.is_exhaustive and not over_time,
        note=stored.choices.note,
    )
    return DraftContent(digest=digest, reserve=tuple(map(write_brief, further)))


def _further_stories(
    stories: Sequence[Story], criteria: Criteria, ranker: Ranker, briefs: Sequence[Brief]
) -> list[Ranked]:
    """Stories that come next, the best first: those left out for the number of stories or for reading time."""
    wider = replace(criteria, limit=None if criteria.limit is None else 2 * criteria.limit + 10)
    # By all articles, not by the lead: the summarizer may have chosen another one.
    in_edition = {article.id for brief in briefs for article in brief.story.all_articles}
    chosen = rank(stories, wider, ranker).chosen
    further = (item for item in chosen if in_edition.isdisjoint(article.id for article in item.story.all_articles))
    return sorted(further, key=sort_key)


def _corrections(newsletter: Newsletter, slot: Slot, store: Store, scope: Scope) -> tuple[Correction, ...]:
    with store.read() as conn:
        return due_corrections(
            conn, newsletter, slot, window=scope.window, audience=scope.audience, history=scope.history
        )


def article_ids(digest: Digest) -> frozenset[str]:
    """The ids of all articles in the digest's stories, near-duplicates too."""
    return frozenset(article.id for brief in digest.briefs for article in brief.story.all_articles)


def _brief_writer(newsletter: Newsletter, summarizer: Summarizer) -> Callable[[Ranked], Brief]:
    budget = Budget(sentences=newsletter.sentences, words=newsletter.words)
    return lambda ranked: summarize((ranked,), summarizer, budget)[0]


def _with_threads(briefs: tuple[Brief, ...], newsletter: Newsletter, store: Store) -> tuple[Brief, ...]:
    """The briefs; updates of stories that the newsletter's public archive has, with their numbers there."""
    if newsletter.archive != "public" or not any(brief.ranked.update for brief in briefs):
        return briefs
    with store.read() as conn:
        threads = story_threads.threads_of(conn, briefs)
        archived = archived_stories.archived_threads(conn, threads, [newsletter.id])
    return tuple(
        replace(brief, ranked=replace(brief.ranked, thread_id=thread_id))
        if brief.ranked.update and thread_id in archived
        else brief
        for brief, thread_id in zip(briefs, threads, strict=True)
    )


def _published(
    conn: Connection, newsletter_id: str, slot: Slot, scope: Scope
) -> Mapping[str, tuple[stories_store.Wording | None, ...]]:
    """Articles published before, in each wording."""
    if scope.history is not None:
        return stories_store.articles_of_editions(conn, scope.history)
    return stories_store.published_articles(
        conn, newsletter_id, scope.audience.key, before=slot.due, alerts_before=scope.window.end
    )


def _read(newsletter: Newsletter, slot: Slot, store: Store, *, sources: Sequence[Source], scope: Scope) -> _Stored:
    window, source_ids = scope.window, [source.id for source in sources]
    memory = replace(window, start=min(window.start, slot.due - UPDATE_MEMORY))
    with store.read() as conn:
        recent = articles_store.in_window(conn, source_ids, memory)
        versions = _published(conn, newsletter.id, slot, scope)
        sent_ids = stories_store.article_ids(
            conn, newsletter.id, before=slot.due, since=memory.start, alerts_before=window.end
        )
        ratings = outlet_ratings(conn, newsletter=newsletter, at=slot.due)
        arrivals = articles_store.arrivals(conn, source_ids, window)
        health = sources_store.health(conn)
        choices = read_choices(conn, newsletter, slot, audience=scope.audience, window=window)
    late = {
        id_ for id_, arrival in arrivals.items() if scope.collected_before and arrival.seen >= scope.collected_before
    }
    reasons = dict.fromkeys(late, LATE) | dict.fromkeys(choices.dropped, DROPPED)
    return _Stored(
        articles=tuple(
            article
            for article in recent
            if article.id not in reasons
            and (article.published in window or article.id in versions or article.id in sent_ids)
        ),
        already_published={
            article.id: _published_versions(article, versions[article.id])
            for article in recent
            if article.id in versions
        },
        arrivals=arrivals,
        failures=_failures(sources, health),
        ratings=ratings,
        choices=choices,
        left_out=tuple(
            LeftOut(article=article, reason=reasons[article.id])
            for article in recent
            if article.id in reasons and article.source_id not in scope.audience.preferences.muted
        ),
    )


def _failures(sources: Iterable[Source], health: Iterable[sources_store.Health]) -> Mapping[str, Failure]:
    by_id = {row.id: row for row in health}
    return {
        source.id: Failure(source=source.title or by_id[source.id].title or source.id, url=source.address, error=error)
        for source in sources
        if source.id in by_id and (error := by_id[source.id].error)
    }


def _published_versions(article: Article, versions: Sequence[stories_store.Wording | None]) -> tuple[Article, ...]:
    """The article in each published version of its text; None is the present one."""
    return tuple(
        replace(article, title=version[0], paragraphs=version[1:]) if version else article for version in versions
    )


def _criteria(
    newsletter: Newsletter,
    slot: Slot,
    window: Window,
    *,
    sources: Sequence[Source],
    stored: _Stored,
    topics: tuple[str, ...],
) -> Criteria:
    arrivals, last_edition = stored.arrivals.items(), window.last_edition
    return Criteria(
        now=slot.due,
        fresh_since=window.new_since or window.start,
        undated=frozenset(id for id, arrival in arrivals if not arrival.has_date),
        passed_over=frozenset(id for id, arrival in arrivals if last_edition and arrival.seen < last_edition),
        quality_floor=newsletter.quality_floor,
        limit=newsletter.stories,
        weights={source.id: source.weight for source in sources},
        sections={source.id: source.section for source in sources},
        labels={source.id: source.label for source in sources},
        already_published=stored.already_published,
        include=newsletter.include,
        wanted=topics,
        exclude=newsletter.exclude,
        boost={boost.topic: boost.points for boost in newsletter.boost},
        feedback=stored.ratings,
        per_source=newsletter.per_source,
        per_section=newsletter.per_section,
        per_label=newsletter.per_label,
        per_topic=newsletter.per_topic,
        order=newsletter.sections,
    )


def _language(briefs: Sequence[Brief]) -> str:
    """The language of most stories; the earliest wins a tie."""
    languages = Counter(brief.story.lead.language for brief in briefs)
    languages.pop("und", None)
    return languages.most_common(1)[0][0] if languages else "en"
