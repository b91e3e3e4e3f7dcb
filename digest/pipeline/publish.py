"""Publish: compose a slot's digest, render it, freeze the edition and enter its subscribers in the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import NothingCollected
from digest.model.failures import Failure
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import calendar
from digest.pipeline.app import App
from digest.pipeline.collect_failure import find_collect_failure
from digest.pipeline.compose import compose
from digest.pipeline.images import embed_images
from digest.pipeline.newsletter import render_options, sender_of
from digest.pipeline.signing import signing_key
from digest.render import render
from digest.store import deliveries, editions, slots, stories
from digest.store.slots import SlotStatus

#: Called with a new edition's id inside the transaction that freezes it: a rollback takes back both.
OnFreeze = Callable[[Connection, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """The outcome of publishing a slot."""

    #: The slot's edition; None if there was nothing new to publish.
    edition_id: int | None
    #: Frozen by this call; otherwise it existed before.
    is_new: bool = False
    #: The new edition's content; None for an edition that existed before.
    digest: Digest | None = None
    #: Images to embed that couldn't be fetched; the edition goes out without them.
    missing_images: tuple[Failure, ...] = ()


def publish(
    newsletter: Newsletter,
    slot: Slot,
    app: App,
    *,
    now: datetime,
    audience: str = "",
    new_revision: bool = False,
    on_freeze: OnFreeze | None = None,
) -> PublishResult:
    """Publish the slot's edition and enter its subscribers in the ledger, in one transaction.

    If the edition exists already, published by any process, it stays as it is; ``new_revision`` adds a further one,
    which only a person may ask for. Raises ``UsageError`` if the newsletter has no sender, and ``NothingCollected`` if
    there is nothing new because collecting fails: the slot stays due.
    """
    sender = sender_of(newsletter)
    with app.store.read() as conn:
        existing = editions.find(conn, newsletter.id, slot, audience=audience)
        window = calendar.window(conn, newsletter, slot, now=now, audience=audience)
    if existing and not new_revision:
        return PublishResult(edition_id=existing.id)
    digest = compose(newsletter, slot, app, window=window, audience=audience)
    if not digest.briefs and _skip_empty(newsletter, slot, app, now=now, audience=audience):
        return PublishResult(edition_id=None, digest=digest)
    edition = render(digest, render_options(newsletter, app.settings))
    edition, missing_images = embed_images(edition, digest, app.settings, app.fetch_images, now=now)
    edition_id, is_new = _freeze(
        replace(edition, audience=audience),
        digest,
        app,
        now=now,
        host=sender.domain,
        new_revision=new_revision,
        on_freeze=on_freeze,
    )
    if not is_new:  # another process froze it first
        return PublishResult(edition_id=edition_id)
    return PublishResult(edition_id=edition_id, is_new=True, digest=digest, missing_images=missing_images)


def _skip_empty(newsletter: Newsletter, slot: Slot, app: App, *, now: datetime, audience: str) -> bool:
    """Record the slot as empty, unless the newsletter sends empty editions; return whether it was recorded.

    Raises ``NothingCollected`` if the newsletter's sources can't be read.
    """
    with app.store.read() as conn:
        failure = find_collect_failure(conn, newsletter, app.settings, now=now)
    if failure:
        message = f"nothing new for {newsletter.id!r}: {failure.message}"
        raise NothingCollected(message, hint="'digest check' says what is wrong with each source")
    if newsletter.empty == "send":
        return False
    with app.store.begin() as conn:
        slots.record_status(conn, newsletter.id, slot, SlotStatus.EMPTY, at=now, audience=audience)
    return True


def _freeze(
    edition: Edition,
    digest: Digest,
    app: App,
    *,
    now: datetime,
    host: str,
    new_revision: bool,
    on_freeze: OnFreeze | None,
) -> tuple[int, bool]:
    """The id of the slot's edition, and whether it is this one: the first to be frozen stays."""
    newsletter_id, slot, audience = edition.newsletter_id, edition.slot, edition.audience
    with app.store.begin() as conn:
        if new_revision:
            edition = replace(edition, revision=editions.next_revision(conn, newsletter_id, slot, audience=audience))
        edition_id, is_new = editions.add(conn, edition, at=now)
        if is_new:
            stories.add(conn, edition_id, digest.briefs)
            slots.record_status(conn, newsletter_id, slot, SlotStatus.PUBLISHED, at=now, audience=audience)
            key = signing_key(conn, app.settings.web)
            deliveries.create_for_edition(conn, edition_id, host=host, at=now, key=key)
            if on_freeze:
                on_freeze(conn, edition_id)
    return edition_id, is_new
