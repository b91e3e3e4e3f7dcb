"""Publish: compose a slot's digest, render it, freeze the edition and put its readers into the ledger."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from digest.model import Digest, Edition, Failure, FetchedImage, Newsletter, Slot
from digest.pipeline import calendar
from digest.pipeline.app import App, ImageFetcher
from digest.pipeline.compose import compose
from digest.pipeline.newsletter import render_options, sender_of
from digest.render import embedded_images, render
from digest.store import Store, deliveries, editions, slots, stories
from digest.store.slots import SlotStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """What became of a slot."""

    #: The slot's edition; None if there was nothing new to tell, and so there is none.
    edition_id: int | None
    #: It was frozen just now; otherwise it stood already.
    is_new: bool = False
    #: What it tells; None of one that stood already.
    digest: Digest | None = None
    #: Pictures that should travel with it and could not be had: it goes without them.
    missing: tuple[Failure, ...] = ()


def publish(
    newsletter: Newsletter, slot: Slot, app: App, *, now: datetime, audience: str = "", again: bool = False
) -> PublishResult:
    """Compose the slot's edition, freeze it, and put its readers into the ledger: all in one transaction, or nothing.

    If it stands already, from whichever process, that one stands; ``again`` makes a further revision, which only a
    person may ask for. Raises ``UsageError`` if nobody is named as its sender.
    """
    sender = sender_of(newsletter)
    with app.store.read() as conn:
        standing = editions.find(conn, newsletter.id, slot, audience=audience)
        window = calendar.window(conn, newsletter, slot, now=now, audience=audience)
    if standing and not again:
        return PublishResult(edition_id=standing.id)
    digest = compose(newsletter, slot, app, window=window, audience=audience)
    if not digest.briefs and newsletter.empty == "skip":
        with app.store.begin() as conn:
            slots.record_status(conn, newsletter.id, slot, SlotStatus.EMPTY, at=now, audience=audience)
        return PublishResult(edition_id=None, digest=digest)
    dressed = render(digest, render_options(newsletter, app.settings))
    edition, missing = embed_images(dressed, newsletter, app.fetch_images, now=now)
    edition = replace(edition, audience=audience)
    edition_id, is_new = _freeze(edition, digest, app.store, now=now, host=sender.domain, again=again)
    return PublishResult(
        edition_id=edition_id, is_new=is_new, digest=digest if is_new else None, missing=missing if is_new else ()
    )


def embed_images(
    edition: Edition, newsletter: Newsletter, photos: ImageFetcher, *, now: datetime
) -> tuple[Edition, tuple[Failure, ...]]:
    """The edition with its pictures in it, where its newsletter wants that; and those that can't be had."""
    shown = embedded_images.image_urls(edition.html) if newsletter.images == "embedded" else ()
    if not shown:
        return edition, ()
    found = photos(shown, now)
    kept = {address: photo for address, photo in found.items() if isinstance(photo, FetchedImage)}
    missing = tuple(failure for failure in found.values() if isinstance(failure, Failure))
    return replace(edition, html=embedded_images.embed_images(edition.html, kept)), missing


def _freeze(
    edition: Edition, digest: Digest, kept: Store, *, now: datetime, host: str, again: bool
) -> tuple[int, bool]:
    """The edition's id, and whether it is this one: of two that are frozen at once, the first stands."""
    names = (edition.newsletter_id, edition.slot)
    with kept.begin() as conn:
        if again:
            revision = editions.next_revision(conn, *names, audience=edition.audience)
            edition = replace(edition, revision=revision)
        edition_id, is_new = editions.add(conn, edition, at=now)
        if is_new:
            stories.add(conn, edition_id, digest.briefs)
            slots.record_status(conn, *names, SlotStatus.PUBLISHED, at=now, audience=edition.audience)
            deliveries.create_for_edition(conn, edition_id, host=host, at=now)
    return edition_id, is_new
