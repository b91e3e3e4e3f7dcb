"""Publish an alert: freeze a mail of one story for each audience that wants it, and enter its subscribers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from digest.deliver.bounces.brake import PERIOD
from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.digests import Digest
from digest.model.editions import Edition, EditionKind
from digest.model.failures import Failure, PluginFailure
from digest.model.newsletters import Newsletter
from digest.model.protocols import Budget
from digest.model.slots import Slot, Window
from digest.model.stories import Story
from digest.pipeline.alert_decision import AlertDecision
from digest.pipeline.app import App
from digest.pipeline.audiences import audiences_of, wants_alerts
from digest.pipeline.edition_corrections import freeze_corrections
from digest.pipeline.fetch_leases import FetchLeases
from digest.pipeline.grouping import restrict
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options, sender_of, sources_of
from digest.pipeline.publish import OnFreeze, PublishResult
from digest.pipeline.recipients import UPDATE_MEMORY
from digest.pipeline.signing import signing_key
from digest.render import render
from digest.store import alerts, audiences, deliveries, editions, stories, suppressions
from digest.stories.coverage import count_outlets
from digest.stories.criteria import Criteria
from digest.stories.opinion import is_opinion
from digest.stories.score import score
from digest.stories.subject import stories_for_subject
from digest.stories.summarize import summarize
from digest.stories.surge import Surge
from digest.stories.topics import is_story_about


@dataclass(frozen=True, slots=True, kw_only=True)
class _RenderedAlert:
    """The alert for an audience, not frozen yet."""

    audience: Audience
    digest: Digest
    edition: Edition


def compose_alert(newsletter: Newsletter, story: Story, slot: Slot, app: App) -> Digest:
    """The alert about the story; fetches nothing and writes nothing."""
    problems: list[PluginFailure] = []
    sources = sources_of(newsletter, app.settings)
    criteria = Criteria(
        now=slot.due,
        weights={source.id: source.weight for source in sources},
        sections={source.id: source.section for source in sources},
        boost={boost.topic: boost.points for boost in newsletter.boost},
    )
    ranked = replace(score(story, criteria), section="")  # a heading above one story tells nothing
    budget = Budget(sentences=newsletter.sentences, words=newsletter.words)
    briefs = summarize((ranked,), app.summarizer(newsletter, problems.append), budget)
    earliest = min(article.published for article in story.all_articles)
    return Digest(
        newsletter=newsletter,
        slot=slot,
        window=Window(start=earliest, end=slot.due + timedelta.resolution),
        language=newsletter.language or story.lead.language,
        briefs=briefs,
        subject_stories=stories_for_subject(briefs),
        problems=tuple(dict.fromkeys(problems)),
        kind=EditionKind.ALERT,
    )


def story_of(surge: Surge) -> Story:
    """The surge's story without opinions on it."""
    return next(iter(restrict([surge.story], lambda article: not is_opinion(article))), surge.story)


def publish_alert(
    newsletter: Newsletter, decision: AlertDecision, app: App, *, now: datetime, on_freeze: OnFreeze | None = None
) -> PublishResult | None:
    """Publish the decision's first surge for all audiences that want it, in one transaction.

    None if another edition of the newsletter was published since the decision: it may tell the story.
    """
    sender_of(newsletter)
    with app.span("publish alert", newsletter=newsletter.id, slot=decision.slot.key) as add:
        rendered, missing = _rendered_alerts(newsletter, story_of(decision.surges[0]), decision.slot, app, now=now)
        ids = _freeze(newsletter, decision, rendered, app, now=now, on_freeze=on_freeze)
        add(edition=ids[0] if ids else "")
    if not ids:
        return None
    return PublishResult(
        edition_id=ids[0],
        edition_ids=ids,
        is_new=True,
        digest=rendered[0].digest,
        missing_images=missing,
        plugin_problems=tuple(dict.fromkeys(problem for alert in rendered for problem in alert.digest.problems)),
    )


def _rendered_alerts(
    newsletter: Newsletter, story: Story, slot: Slot, app: App, *, now: datetime
) -> tuple[list[_RenderedAlert], tuple[Failure, ...]]:
    """The alert for each audience, rendered once for all who get the same; that as published is the first."""
    with app.store.read() as conn:
        wanted = [
            (audience, of_audience)
            for audience in audiences_of(conn, newsletter)
            if (of_audience := _story_for(conn, newsletter, audience, story, now=now))
        ]
    rendered: dict[Story, tuple[Digest, Edition]] = {}
    missing: dict[Failure, None] = {}
    for _, of_audience in wanted:
        if of_audience not in rendered:
            digest = compose_alert(newsletter, of_audience, slot, app)
            edition = render(digest, render_options(newsletter, app.settings))
            with closing(FetchLeases(app.store, now=now)) as gate:
                edition, failures = embed_images(edition, digest, app.settings, app.fetch_images, now=now, gate=gate)
            rendered[of_audience] = digest, edition
            missing |= dict.fromkeys(failures)
    alerts = [
        _RenderedAlert(
            audience=audience,
            digest=rendered[of_audience][0],
            edition=replace(rendered[of_audience][1], audience=audience.key),
        )
        for audience, of_audience in wanted
    ]
    return alerts, tuple(missing)


def _story_for(
    conn: Connection, newsletter: Newsletter, audience: Audience, story: Story, *, now: datetime
) -> Story | None:
    """The story as the audience gets it; None if it gets no alert about it."""
    if audience == AS_PUBLISHED:
        return story
    preferences = audience.preferences
    if not wants_alerts(newsletter, preferences, at=now):
        return None
    if preferences.topics and not any(is_story_about(story, topic) for topic in preferences.topics):
        return None
    known = alerts.published_ids(conn, newsletter.id, audience.key, since=now - UPDATE_MEMORY)
    if any(article.id in known for article in story.all_articles):
        return None
    unmuted = next(iter(restrict([story], lambda article: article.source_id not in preferences.muted)), None)
    return unmuted if unmuted and count_outlets(unmuted.articles) >= newsletter.alert_outlets else None


def _freeze(
    newsletter: Newsletter,
    decision: AlertDecision,
    rendered: Sequence[_RenderedAlert],
    app: App,
    *,
    now: datetime,
    on_freeze: OnFreeze | None,
) -> tuple[int, ...]:
    """Freeze the editions and enter their subscribers; none if the newsletter has a newer edition than the decision."""
    with app.store.begin() as conn:
        audiences.lock(conn, newsletter.id)
        is_stale = alerts.newest_edition(conn, newsletter.id) != decision.newest_edition
        if is_stale or editions.ids_for_audience(conn, newsletter.id, decision.slot):
            return ()
        key = signing_key(conn, app.settings.web)
        enter = partial(deliveries.create_for_edition, conn, host=sender_of(newsletter).domain, at=now, key=key)
        subscribers = suppressions.count_subscribers(conn, newsletter.id, since=now - PERIOD)
        ids: list[int] = []
        for alert in rendered:
            edition_id, _ = editions.add(conn, alert.edition, at=now, subscribers=subscribers)
            slot, audience = decision.slot, alert.audience.key
            changed = _changed_members(conn, newsletter, alert)
            enter(edition_id, subscriber_ids=audiences.unmarked_members(conn, newsletter.id, audience, slot))
            enter(edition_id, subscriber_ids=changed)
            stories.add(conn, edition_id, alert.digest.briefs)
            if newsletter.corrections:
                freeze_corrections(conn, edition_id, alert.digest.corrections, alert.digest.briefs, at=now)
            if on_freeze:
                on_freeze(conn, edition_id)
            ids.append(edition_id)
    return tuple(ids)


def _changed_members(conn: Connection, newsletter: Newsletter, alert: _RenderedAlert) -> Iterable[int]:
    """Members who came from another audience, without those who were sent the story there."""
    slot, key = alert.edition.slot, alert.audience.key
    members = [member.subscriber_id for member in audiences.changed_members(conn, newsletter.id, key, slot, revision=1)]
    if not members:
        return ()
    article_ids = [article.id for brief in alert.digest.briefs for article in brief.story.all_articles]
    sent = alerts.sent_to(conn, newsletter.id, article_ids, members)
    return [id_ for id_ in members if id_ not in sent]
