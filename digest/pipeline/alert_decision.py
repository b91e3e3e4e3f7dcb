"""Decide on a newsletter's next alert, from what was collected; reads only.

Three steps, each on fewer articles: headings of the last hours, those related to a new one, and their texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from digest.model.alerts import ANY_TOPIC, ArticleHead
from digest.model.articles import Article
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline.alert_times import earliest_report, next_slot, reason_to_wait
from digest.pipeline.app import App
from digest.pipeline.newsletter import sources_of
from digest.pipeline.recipients import UPDATE_MEMORY
from digest.store import alerts, runs, slots
from digest.store import articles as articles_store
from digest.store import stories as stories_store
from digest.stories.surge import NoSurge, Surge, SurgeCriteria, judge, recurring_ids
from digest.stories.surge_candidates import TitleIndex, candidates, related_to
from digest.stories.topics import is_about

#: Of runs that decide on alerts, in the run history.
KIND = "alert"
#: Older reports of a story are looked for so far back: with any, it is no new story.
_MEMORY = timedelta(days=3)
#: Titles of a series are looked for so far back, but not among those of the last hours.
_SERIES_MEMORY, _SERIES_DISTANCE = timedelta(days=35), timedelta(hours=20)
#: Candidates that are grouped at most, and as many older articles: those published last.
_MAX_ARTICLES = 1_000
#: Runs looked at.
_MAX_RUNS = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertDecision:
    """The stories that an alert could be sent about now."""

    #: The one to send first; more of them wait.
    surges: tuple[Surge, ...] = ()
    no_surges: tuple[NoSurge, ...] = ()
    #: Why none may be sent now; empty if one may.
    wait: str = ""
    #: The slot of the next alert.
    slot: Slot
    #: Newest edition of the newsletter when it was decided; a newer one may tell the story.
    newest_edition: int = 0


def decide(newsletter: Newsletter, app: App, *, now: datetime, since: datetime | None) -> AlertDecision:
    """The surges of articles that were collected after ``since``, or of all; and why no alert may be sent."""
    sources = [source.id for source in sources_of(newsletter, app.settings)]
    with app.store.read() as conn:
        sent = alerts.recent(conn, newsletter.id, since=now - timedelta(days=2))
        newest_edition = alerts.newest_edition(conn, newsletter.id)
        fresh_since = max(since or _EPOCH, _last_digest(conn, newsletter, now=now) or _EPOCH)
        chosen, fresh = _candidates(conn, newsletter, sources, fresh_since=fresh_since, now=now)
        articles, criteria = _read(conn, newsletter, chosen, fresh, sources=sources, now=now)
    surges, no_surges = _judge(articles, criteria) if articles else ((), ())
    return AlertDecision(
        surges=surges,
        no_surges=no_surges,
        wait=reason_to_wait(newsletter, sent, now=now),
        slot=next_slot(newsletter, sent, now=now),
        newest_edition=newest_edition,
    )


def last_decision(conn: Connection, newsletter_id: str, *, now: datetime) -> datetime | None:
    """Up to when surges are decided on; None if the newsletter never had a decision.

    Surges that waited for others to be sent are not.
    """
    done = [run for run in runs.recent(conn, KIND, about=newsletter_id, as_of=now, limit=_MAX_RUNS) if run.ended]
    settled = next((run.started for run in done if run.outcome == "done" and not run.counts.get("waiting")), None)
    return settled or (done[-1].started if done else None)


def _last_digest(conn: Connection, newsletter: Newsletter, *, now: datetime) -> datetime | None:
    """When the last digest was composed: it passed over what it could have told."""
    tomorrow = Slot(due=now + timedelta(days=1), key="")  # a person may publish a slot before it is due
    composed = slots.last_composed(conn, newsletter.id, before=tomorrow)
    return composed if composed and composed <= now else None


def _candidates(
    conn: Connection, newsletter: Newsletter, sources: Sequence[str], *, fresh_since: datetime, now: datetime
) -> tuple[Mapping[str, ArticleHead], frozenset[str]]:
    """The articles of possible surges, and the ids of the new ones among all."""
    if not alerts.has_new(conn, since=fresh_since):
        return {}, frozenset()
    start = earliest_report(newsletter, now) - newsletter.alert_within
    recent = alerts.headings(conn, sources, Window(start=start, end=now + timedelta.resolution))
    fresh = {item.id: item for item in recent if item.seen > fresh_since and item.has_date}
    if len(recent) < newsletter.alert_outlets or not fresh:
        return {}, frozenset()
    wanted = [*fresh.values()]
    if ANY_TOPIC not in newsletter.alert:
        texts = articles_store.by_ids(conn, sorted(fresh))
        wanted = [fresh[item.id] for item in texts if any(is_about(item, topic) for topic in newsletter.alert)]
    return candidates(wanted, TitleIndex(recent), outlets=newsletter.alert_outlets), frozenset(fresh)


def _read(
    conn: Connection,
    newsletter: Newsletter,
    chosen: Mapping[str, ArticleHead],
    fresh: frozenset[str],
    *,
    sources: Sequence[str],
    now: datetime,
) -> tuple[tuple[Article, ...], SurgeCriteria]:
    """The texts of the candidates and of what is related to them, and the criteria of their surges."""
    memory = now - UPDATE_MEMORY
    published = alerts.published_ids(conn, newsletter.id, since=memory) if chosen else frozenset()
    related = _related(conn, newsletter, chosen, sources=sources, now=now)
    newest = sorted(related.values(), key=lambda item: (-item.published.timestamp(), item.id))
    both = ([item for item in newest if (item.id in chosen) == is_chosen] for is_chosen in (True, False))
    kept = {item.id: item for items in both for item in items[:_MAX_ARTICLES]}
    articles = articles_store.by_ids(conn, sorted(kept))
    criteria = SurgeCriteria(
        now=now,
        topics=newsletter.alert,
        exclude=newsletter.exclude,
        outlets=newsletter.alert_outlets,
        within=newsletter.alert_within,
        earliest=earliest_report(newsletter, now),
        fresh=fresh,
        undated=frozenset(id_ for id_, item in kept.items() if not item.has_date),
        recurring=_recurring(conn, [item for item in articles if item.id in chosen], now=now),
        published=published,
    )
    return articles, criteria


def _related(
    conn: Connection,
    newsletter: Newsletter,
    chosen: Mapping[str, ArticleHead],
    *,
    sources: Sequence[str],
    now: datetime,
) -> dict[str, ArticleHead]:
    """The candidates, older articles that may be about the same, and articles of earlier editions for anybody."""
    if not chosen:
        return {}
    sent_ids = stories_store.article_ids(conn, newsletter.id, before=now, since=now - UPDATE_MEMORY)
    earlier = alerts.headings(conn, sources, Window(start=now - _MEMORY, end=now + timedelta.resolution))
    others = {item.id: item for item in (*earlier, *alerts.headings_of(conn, sent_ids))}
    related = related_to(chosen.values(), [item for item in others.values() if item.id not in chosen])
    return {**chosen, **{item.id: item for item in related}}


def _recurring(conn: Connection, articles: Sequence[Article], *, now: datetime) -> frozenset[str]:
    if not articles:
        return frozenset()
    sources = {article.source_id for article in articles}
    titles = alerts.titles(conn, sources, before=now - _SERIES_DISTANCE, since=now - _SERIES_MEMORY)
    return frozenset(recurring_ids(articles, titles))


def _judge(articles: Sequence[Article], criteria: SurgeCriteria) -> tuple[tuple[Surge, ...], tuple[NoSurge, ...]]:
    from digest.stories.group import group  # numpy: most checks end before

    return judge(group(articles), criteria)
