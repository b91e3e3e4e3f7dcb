"""Publish: compose a slot's digests, render them, freeze the editions and enter their subscribers in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from digest.deliver.bounces.brake import PERIOD
from digest.model.audiences import AS_PUBLISHED, Audience
from digest.model.digests import Digest
from digest.model.drafts import DraftState
from digest.model.editions import Edition
from digest.model.errors import DigestError, NothingCollected
from digest.model.failures import Failure, PluginFailure
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.pipeline.app import App
from digest.pipeline.audiences import personalise
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.edition_corrections import freeze_corrections
from digest.pipeline.fetch_leases import FetchLeases
from digest.pipeline.hold import Hold, close, open_draft
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options, sender_of
from digest.pipeline.recipients import RecipientGroup, SlotPlan
from digest.pipeline.signing import signing_key
from digest.pipeline.slot_digests import SlotDigests
from digest.render import render
from digest.store import audiences, deliveries, editions, plugin_failures, slots, stories, suppressions
from digest.store import drafts as draft_store
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
    #: Plugins that failed; the editions go out without their work.
    plugin_problems: tuple[PluginFailure, ...] = ()
    #: What the slot's draft said; released if the newsletter has no editor.
    hold: Hold = Hold.RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class _RenderedEdition:
    """An edition that isn't frozen yet."""

    edition: Edition
    digest: Digest
    missing_images: tuple[Failure, ...]


@dataclass(slots=True, kw_only=True)
class _Renderer:
    """Renders the editions of one slot for an audience, each once."""

    digests: SlotDigests
    _rendered: dict[tuple[str, Window, int, int], _RenderedEdition] = field(default_factory=dict)

    def render(self, plan: SlotPlan, group: RecipientGroup) -> _RenderedEdition:
        """The group's edition."""
        digest, app = self.digests.digest(plan, group.history), self.digests.app
        key = group.key, digest.window, self.digests.draft_version, plan.newest_alert
        if key not in self._rendered:
            now = self.digests.now
            with app.span("render") as add:
                edition = render(digest, render_options(self.digests.newsletter, app.settings))
                with closing(FetchLeases(app.store, now=now)) as gate:
                    edition, missing = embed_images(edition, digest, app.settings, app.fetch_images, now=now, gate=gate)
                add(html_bytes=len(edition.html.encode()), missing_images=len(missing))
            rendered = _RenderedEdition(
                edition=replace(edition, audience=group.key), digest=digest, missing_images=missing
            )
            self._rendered[key] = rendered
        return self._rendered[key]


def publish(
    newsletter: Newsletter,
    slot: Slot,
    app: App,
    *,
    now: datetime,
    audience: Audience = AS_PUBLISHED,
    new_revision: bool = False,
    newest_edition: int | None = None,
    on_freeze: OnFreeze | None = None,
) -> PublishResult:
    """Publish the slot's editions for an audience and enter their subscribers in the ledger, in one transaction.

    If there are editions already, published by any process, they stay as they are; ``new_revision`` adds further ones,
    which only a person may ask for: once, if ``newest_edition`` is the newest edition's id at that time.

    Raises ``UsageError`` if the newsletter has no sender, and ``NothingCollected`` if there is nothing new because
    collecting fails: the slot stays due.
    """
    sender_of(newsletter)
    digests = SlotDigests(
        newsletter=personalise(newsletter, audience.preferences),
        audience=audience,
        slot=slot,
        app=app,
        now=now,
        new_revision=new_revision,
        newest_edition=newest_edition,
    )
    renderer = _Renderer(digests=digests)
    with app.span("publish", newsletter=newsletter.id, slot=slot.key, audience=audience.key) as add:
        for _ in range(_MAX_TRIES):
            if (result := _try_to_publish(renderer, on_freeze)) is not None:
                add(edition=result.edition_id or "")
                return result
    message = f"the subscribers of {newsletter.id!r} change their wishes faster than editions are composed"
    raise DigestError(message, hint="try again")


def _try_to_publish(renderer: _Renderer, on_freeze: OnFreeze | None) -> PublishResult | None:
    """Publish; None if subscribers moved between audiences meanwhile."""
    digests = renderer.digests
    newsletter = digests.newsletter
    with digests.app.store.read() as conn:
        existing = editions.ids_for_audience(conn, newsletter.id, digests.slot, audience=digests.audience.key)
        plan = digests.plan(conn)
        hold = open_draft(conn, digests)
    if digests.is_published(existing):
        return PublishResult(edition_id=existing[0], edition_ids=existing)
    if hold is not Hold.RELEASED:
        return _hold_back(digests, hold)
    groups = digests.groups(plan)
    with_content = [group for group in groups if digests.digest(plan, group.history).briefs]
    if not with_content and not digests.draft:
        _require_collected(digests)
    chosen = groups if newsletter.empty == "send" else with_content
    rendered = {group.key: renderer.render(plan, group) for group in chosen}
    return _freeze(digests, plan, groups, rendered, on_freeze=on_freeze)


def _hold_back(digests: SlotDigests, hold: Hold) -> PublishResult:
    """Publish nothing, and record it if that is final."""
    if hold is not Hold.WAITING:
        key = digests.audience.key
        with digests.app.store.begin() as conn:
            close(conn, digests.newsletter, digests.slot, audience=key, now=digests.now)
    return PublishResult(edition_id=None, hold=hold)


def _is_current(conn: Connection, digests: SlotDigests, *, has_content: bool) -> bool:
    """Whether the draft is as it was read; with the edition as published it is done with."""
    if digests.draft is None:
        return True
    if digests.audience.key:
        return draft_store.is_current(conn, digests.draft.stored)
    return draft_store.finish(conn, digests.draft.stored, DraftState.PUBLISHED if has_content else DraftState.EMPTY)


def _require_collected(digests: SlotDigests) -> None:
    """Raise ``NothingCollected`` if the newsletter's sources can't be read."""
    newsletter, app = digests.newsletter, digests.app
    with app.store.read() as conn:
        failure = find_collect_failure(conn, newsletter, app.settings, now=digests.now)
    if failure:
        message = f"nothing new for {newsletter.id!r}: {failure.message}"
        raise NothingCollected(message, hint="'digest check' says what is wrong with each source")


def _freeze(
    digests: SlotDigests,
    plan: SlotPlan,
    groups: Sequence[RecipientGroup],
    rendered: Mapping[str, _RenderedEdition],
    *,
    on_freeze: OnFreeze | None,
) -> PublishResult | None:
    """Freeze the editions of all groups; None if the groups have changed since they were composed.

    Nobody changes audience during this transaction: each subscriber is in one group of one audience.
    """
    newsletter, slot, key, now = digests.newsletter, digests.slot, digests.audience.key, digests.now
    with digests.app.store.begin() as conn:
        audiences.lock(conn, newsletter.id)
        existing = editions.ids_for_audience(conn, newsletter.id, slot, audience=key)
        if digests.is_published(existing):  # another process froze them first
            return PublishResult(edition_id=existing[0], edition_ids=existing)
        if digests.plan(conn) != plan or not _is_current(conn, digests, has_content=bool(rendered)):
            return None
        ids = _add_editions(conn, digests, groups, rendered, on_freeze=on_freeze)
        audiences.record_considered(conn, newsletter.id, plan.changed_members, at=now)
        audiences.unmark(conn, newsletter.id, [id_ for group in groups for id_ in group.settled])
        status = SlotStatus.PUBLISHED if ids else SlotStatus.EMPTY
        if with_content := [item.digest for item in rendered.values() if item.digest.briefs]:
            failures = [problem for digest in with_content for problem in digest.problems]
            plugin_failures.record(conn, newsletter.id, slot.key, failures, at=now)
        slots.record_status(conn, newsletter.id, slot, status, at=now, audience=key)
    if not rendered:
        return PublishResult(edition_id=None, digest=digests.digest(plan, groups[0].history) if groups else None)
    problems = dict.fromkeys(problem for item in rendered.values() for problem in item.digest.problems)
    missing = dict.fromkeys(failure for item in rendered.values() for failure in item.missing_images)
    return PublishResult(
        edition_id=ids[0],
        edition_ids=ids,
        is_new=True,
        digest=next(iter(rendered.values())).digest,
        missing_images=tuple(missing),
        plugin_problems=tuple(problems),
    )


def _add_editions(
    conn: Connection,
    digests: SlotDigests,
    groups: Sequence[RecipientGroup],
    rendered: Mapping[str, _RenderedEdition],
    *,
    on_freeze: OnFreeze | None,
) -> tuple[int, ...]:
    """Freeze each group's edition and enter its subscribers; return the editions' ids."""
    app, newsletter, key = digests.app, digests.newsletter, digests.audience.key
    revision, signature_key = digests.revision(conn), signing_key(conn, app.settings.web)
    enter = partial(
        deliveries.create_for_edition, conn, host=sender_of(newsletter).domain, at=digests.now, key=signature_key
    )
    subscribers = suppressions.count_subscribers(conn, newsletter.id, since=digests.now - PERIOD) if rendered else 0
    ids: list[int] = []
    for group in groups:
        if (item := rendered.get(group.key)) is None:
            continue
        edition = replace(item.edition, revision=revision)
        edition_id, _ = editions.add(conn, edition, at=digests.now, subscribers=subscribers)
        stories.add(conn, edition_id, item.digest.briefs)
        if newsletter.corrections:
            freeze_corrections(conn, edition_id, item.digest.corrections, item.digest.briefs, at=digests.now)
        if group.has_unmarked:
            enter(edition_id, subscriber_ids=audiences.unmarked_members(conn, newsletter.id, key, digests.slot))
        enter(edition_id, subscriber_ids=group.members)
        if on_freeze:
            on_freeze(conn, edition_id)
        ids.append(edition_id)
    return tuple(ids)
