"""Publish: compose a slot's digests, render them, freeze the editions and enter their subscribers in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import DigestError, NothingCollected
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline.app import App
from digest.pipeline.audiences import personalise
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.compose import article_ids, compose
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options, sender_of
from digest.pipeline.recipients import (
    History,
    RecipientGroup,
    SlotPlan,
    group_recipients,
    plan_slot,
    window_of,
)
from digest.pipeline.signing import signing_key
from digest.render import render
from digest.store import audiences, deliveries, editions, slots, stories
from digest.store.slots import SlotStatus

#: Called with a new edition's id inside the transaction that freezes it: a rollback takes back both.
OnFreeze = Callable[[Connection, int], None]
#: Subscribers may change their audience while editions are composed; then they are grouped anew, at most so often.
_MAX_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """The outcome of publishing a slot for one audience."""

    #: The slot's edition; None if there was nothing new to publish.
    edition_id: int | None
    #: All of the slot's editions for the audience: some members may need one of their own.
    edition_ids: tuple[int, ...] = ()
    #: Frozen by this call; otherwise it existed before.
    is_new: bool = False
    #: The new edition's content; None for an edition that existed before.
    digest: Digest | None = None
    #: Images to embed that couldn't be fetched; the editions go out without them.
    missing_images: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """An edition that isn't frozen yet."""

    edition: Edition
    digest: Digest
    missing_images: tuple[Failure, ...]


@dataclass(slots=True, kw_only=True)
class _Publication:
    """One slot of one audience on its way to its editions; what was composed is kept if subscribers move meanwhile."""

    #: With the audience's schedule.
    newsletter: Newsletter
    audience: Audience
    slot: Slot
    app: App
    now: datetime
    new_revision: bool
    digests: dict[tuple[History | None, Window], Digest] = field(default_factory=dict)
    drafts: dict[tuple[str, Window], _Draft] = field(default_factory=dict)

    def plan(self, conn: Connection) -> SlotPlan:
        revision = editions.next_revision(conn, self.newsletter.id, self.slot) if self.new_revision else 1
        return plan_slot(conn, self.newsletter, self.audience, self.slot, now=self.now, revision=revision)

    def groups(self, plan: SlotPlan) -> tuple[RecipientGroup, ...]:
        """Group the recipients; composes the audience's own edition."""
        common = self.digest(plan, None) if plan.needs_common else None

        def articles_of(edition_ids: frozenset[int]) -> frozenset[str]:
            with self.app.store.read() as conn:
                return frozenset(stories.articles_of_editions(conn, edition_ids))

        articles = article_ids(common) if common else frozenset[str]()
        return group_recipients(plan, articles, articles_of, most_groups=self.newsletter.audiences)

    def digest(self, plan: SlotPlan, history: History | None) -> Digest:
        """The digest for subscribers with this history; None for the audience's."""
        window = window_of(self.newsletter, self.slot, history, now=self.now) if history else plan.window
        if (history, window) not in self.digests:
            self.digests[history, window] = compose(
                self.newsletter,
                self.slot,
                self.app,
                window=window,
                audience=self.audience,
                history=history.editions if history else None,
            )
        return self.digests[history, window]

    def draft(self, plan: SlotPlan, group: RecipientGroup) -> _Draft:
        """Render the group's edition."""
        digest, settings = self.digest(plan, group.history), self.app.settings
        if (group.key, digest.window) not in self.drafts:
            rendered = render(digest, render_options(self.newsletter, settings))
            edition, missing = embed_images(rendered, digest, settings, self.app.fetch_images, now=self.now)
            edition = replace(edition, audience=group.key)
            draft = _Draft(edition=edition, digest=digest, missing_images=missing)
            self.drafts[group.key, digest.window] = draft
        return self.drafts[group.key, digest.window]


def publish(
    newsletter: Newsletter,
    slot: Slot,
    app: App,
    *,
    now: datetime,
    audience: Audience = AS_PUBLISHED,
    new_revision: bool = False,
    on_freeze: OnFreeze | None = None,
) -> PublishResult:
    """Publish the slot's editions for an audience and enter their subscribers in the ledger, in one transaction.

    If there are editions already, published by any process, they stay as they are; ``new_revision`` adds further ones,
    which only a person may ask for. Raises ``UsageError`` if the newsletter has no sender, and ``NothingCollected`` if
    there is nothing new because collecting fails: the slot stays due.
    """
    sender_of(newsletter)
    publication = _Publication(
        newsletter=personalise(newsletter, audience.preferences),
        audience=audience,
        slot=slot,
        app=app,
        now=now,
        new_revision=new_revision,
    )
    for _ in range(_MAX_TRIES):
        if (result := _try_to_publish(publication, on_freeze)) is not None:
            return result
    message = f"the subscribers of {newsletter.id!r} change their wishes faster than editions are composed"
    raise DigestError(message, hint="try again")


def _try_to_publish(publication: _Publication, on_freeze: OnFreeze | None) -> PublishResult | None:
    """Publish; None if subscribers moved between audiences meanwhile."""
    newsletter, slot, audience = publication.newsletter, publication.slot, publication.audience
    with publication.app.store.read() as conn:
        existing = editions.ids_for_audience(conn, newsletter.id, slot, audience=audience.key)
        plan = publication.plan(conn)
    if existing and not publication.new_revision:
        return PublishResult(edition_id=existing[0], edition_ids=existing)
    groups = publication.groups(plan)
    with_content = [group for group in groups if publication.digest(plan, group.history).briefs]
    if not with_content:
        _require_collected(publication)
    chosen = groups if newsletter.empty == "send" else with_content
    drafts = {group.key: publication.draft(plan, group) for group in chosen}
    return _freeze(publication, plan, groups, drafts, on_freeze)


def _require_collected(publication: _Publication) -> None:
    """Raise ``NothingCollected`` if the newsletter's sources can't be read."""
    newsletter, app = publication.newsletter, publication.app
    with app.store.read() as conn:
        failure = find_collect_failure(conn, newsletter, app.settings, now=publication.now)
    if failure:
        message = f"nothing new for {newsletter.id!r}: {failure.message}"
        raise NothingCollected(message, hint="'digest check' says what is wrong with each source")


def _freeze(
    publication: _Publication,
    plan: SlotPlan,
    groups: tuple[RecipientGroup, ...],
    drafts: Mapping[str, _Draft],
    on_freeze: OnFreeze | None,
) -> PublishResult | None:
    """Freeze the editions of all groups; None if the groups have changed since they were composed.

    Nobody changes audience during this transaction: each subscriber is in one group of one audience.
    """
    newsletter, slot, key = publication.newsletter, publication.slot, publication.audience.key
    with publication.app.store.begin() as conn:
        audiences.lock(conn, newsletter.id)
        existing = editions.ids_for_audience(conn, newsletter.id, slot, audience=key)
        if existing and not publication.new_revision:  # another process froze them first
            return PublishResult(edition_id=existing[0], edition_ids=existing)
        latest = publication.plan(conn)
        if latest.shape != plan.shape:
            return None
        members = {id_ for group in latest.changed for id_ in group.members}
        if members != {id_ for group in plan.changed for id_ in group.members}:
            return None
        ids = _add_editions(conn, publication, groups, drafts, on_freeze)
        audiences.record_considered(conn, newsletter.id, members, at=publication.now)
        audiences.unmark(conn, newsletter.id, [id_ for group in groups for id_ in group.settled])
        status = SlotStatus.PUBLISHED if ids else SlotStatus.EMPTY
        slots.record_status(conn, newsletter.id, slot, status, at=publication.now, audience=key)
    first = drafts[groups[0].key] if groups and groups[0].key in drafts else next(iter(drafts.values()), None)
    if first is None:
        return PublishResult(edition_id=None, digest=next(iter(publication.digests.values()), None))
    missing = dict.fromkeys(failure for draft in drafts.values() for failure in draft.missing_images)
    return PublishResult(
        edition_id=ids[0], edition_ids=ids, is_new=True, digest=first.digest, missing_images=tuple(missing)
    )


def _add_editions(
    conn: Connection,
    publication: _Publication,
    groups: tuple[RecipientGroup, ...],
    drafts: Mapping[str, _Draft],
    on_freeze: OnFreeze | None,
) -> tuple[int, ...]:
    """Freeze each group's edition and enter its subscribers; return the editions' ids."""
    newsletter, slot, key = publication.newsletter, publication.slot, publication.audience.key
    host, signature_key = sender_of(newsletter).domain, signing_key(conn, publication.app.settings.web)
    revision = editions.next_revision(conn, newsletter.id, slot) if publication.new_revision else 1
    ids: list[int] = []
    for group in groups:
        if (draft := drafts.get(group.key)) is None:
            continue
        edition_id, _ = editions.add(conn, replace(draft.edition, revision=revision), at=publication.now)
        stories.add(conn, edition_id, draft.digest.briefs)
        recipients = [*group.members]
        create = deliveries.create_for_edition
        if group.has_unmarked:
            unmarked = audiences.unmarked_members(conn, newsletter.id, key, slot)
            create(conn, edition_id, host=host, at=publication.now, key=signature_key, subscriber_ids=unmarked)
        create(conn, edition_id, host=host, at=publication.now, key=signature_key, subscriber_ids=recipients)
        if on_freeze:
            on_freeze(conn, edition_id)
        ids.append(edition_id)
    return tuple(ids)
