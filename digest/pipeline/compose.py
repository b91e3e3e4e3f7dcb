"""Compose a newsletter's digest for one slot from what the store holds: group, rank, summarize."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from digest.model import Article, Brief, Digest, Failure, Newsletter, Slot, Source, Window
from digest.model.protocols import Budget
from digest.pipeline.app import App
from digest.pipeline.newsletter import sources_of
from digest.settings.boost import wish
from digest.store import Store, articles, sources, stories
from digest.stories.group import group
from digest.stories.rank import Criteria, rank
from digest.stories.summarize import summarize

#: How long a story that was told is known by its articles: a follow-up is an update then, not news.
_MEMORY = timedelta(days=14)


def compose(newsletter: Newsletter, slot: Slot, app: App, *, window: Window, audience: str = "") -> Digest:
    """The newsletter's content for one slot, out of what was gathered; nothing is fetched and nothing is written."""
    wanted = sources_of(newsletter, app.settings)
    found, told, failures = _known(newsletter, slot, app.store, wanted=wanted, window=window, audience=audience)
    grouped = group(found, weights={source.id: source.weight for source in wanted})
    ranking = rank(grouped, _criteria(newsletter, slot, wanted, told))
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


def _known(
    newsletter: Newsletter, slot: Slot, kept: Store, *, wanted: Sequence[Source], window: Window, audience: str
) -> tuple[list[Article], dict[str, tuple[Article, ...]], tuple[Failure, ...]]:
    """The window's articles and older ones that were told; the latter as they were told; and failing sources."""
    remembered = replace(window, start=min(window.start, slot.due - _MEMORY))
    with kept.read() as conn:
        found = articles.between(conn, [source.id for source in wanted], remembered)
        sent = stories.sent(conn, newsletter.id, audience, before=slot.due)
        health = {known.id: known for known in sources.health(conn)}
    failures = tuple(
        Failure(source=source.title or health[source.id].title or source.id, url=source.address, error=error)
        for source in wanted
        if source.id in health and (error := health[source.id].error)
    )
    articles_ = [article for article in found if article.published in window or article.id in sent]
    told = {article.id: _as_told(article, sent[article.id]) for article in articles_ if article.id in sent}
    return articles_, told, failures


def _as_told(article: Article, wordings: Sequence[stories.Wording | None]) -> tuple[Article, ...]:
    """The article in each of the wordings; None stands for its own."""
    return tuple(
        replace(article, title=wording[0], paragraphs=wording[1:]) if wording else article for wording in wordings
    )


def _criteria(
    newsletter: Newsletter, slot: Slot, wanted: Sequence[Source], told: Mapping[str, tuple[Article, ...]]
) -> Criteria:
    return Criteria(
        now=slot.due,
        limit=newsletter.stories,
        weights={source.id: source.weight for source in wanted},
        sections={source.id: source.section for source in wanted},
        already_published=told,
        include=newsletter.include,
        exclude=newsletter.exclude,
        boost=dict(map(wish, newsletter.boost)),
        per_source=newsletter.per_source,
        per_section=newsletter.per_section,
        per_topic=newsletter.per_topic,
        order=newsletter.sections,
    )


def _language(briefs: Sequence[Brief]) -> str:
    """The language of most stories; the first of them decides a tie."""
    languages = Counter(brief.story.lead.language for brief in briefs)
    languages.pop("und", None)
    return languages.most_common(1)[0][0] if languages else "en"
