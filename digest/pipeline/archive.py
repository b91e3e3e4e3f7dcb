"""The archive: published editions for readers of the pages, without anything of a subscriber."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from digest.model.corrections import Correction
from digest.model.digests import EditorNote
from digest.model.link_token import Purpose
from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedStory
from digest.pipeline.reader_links import find_mail_holder
from digest.render.delivery_placeholders import fill_greeting
from digest.render.public_copy import public_copy
from digest.settings import Settings
from digest.store import Store, archive, archived_stories, corrections, editions, story_texts, subscribers
from digest.store.archive import ArchivedEdition, FirstRevision

#: Of a slot in an address: ``2026-03-29``, ``2026-03-29T18-30``, ``2026-03-29-alert-1``.
_SLOT = re.compile(r"(\d{4}-\d\d-\d\d(?:-alert-\d{1,4})?)(?:T(\d\d)-(\d\d))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionPage:
    """An edition with its stories and its neighbours."""

    edition: ArchivedEdition
    note: EditorNote | None
    stories: tuple[PublishedStory, ...]
    #: Sentences of earlier editions that their outlets changed since.
    corrections: tuple[Correction, ...]
    #: Threads of which public archives have more than this edition tells.
    threads_with_updates: frozenset[int]
    #: False where retention has deleted the mail.
    has_mail: bool
    before: ArchivedEdition | None
    after: ArchivedEdition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEdition:
    """An edition with its stories, and what stays when it is revised."""

    heading: ArchivedEdition
    note: EditorNote | None
    stories: tuple[PublishedStory, ...]
    corrections: tuple[Correction, ...]
    first_revision: FirstRevision


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestEditions:
    """The newest editions of a newsletter, one at least."""

    newsletter: Newsletter
    editions: tuple[ArchivedEdition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCopy:
    """An edition's mail for anybody."""

    html: str
    frozen_at: datetime


def slot_address(slot_key: str) -> str:
    """A slot's key as a part of an address: ``2026-03-29T18:30`` → ``2026-03-29T18-30``."""
    return slot_key.replace(":", "-")


def slot_key(address: str) -> str | None:
    """The key of the slot with that address; None if no slot can have it."""
    match = _SLOT.fullmatch(address)
    if match is None:
        return None
    return match[1] if match[2] is None else f"{match[1]}T{match[2]}:{match[3]}"


def public_newsletters(settings: Settings) -> tuple[Newsletter, ...]:
    """The newsletters whose archive anybody may read; none without pages."""
    return tuple(newsletter for newsletter in settings.newsletters if newsletter.archive == "public")


def find_newsletter(settings: Settings, newsletter_id: str) -> Newsletter | None:
    """The newsletter with this id if it has an archive."""
    newsletters = (newsletter for newsletter in settings.newsletters if newsletter.archive != "none")
    return next((newsletter for newsletter in newsletters if newsletter.id == newsletter_id), None)


def may_read(conn: Connection, newsletter: Newsletter, token: str, settings: Settings) -> bool:
    """Whether the archive may be shown to whoever has this link token; the token may be empty."""
    if newsletter.archive != "subscribers":
        return newsletter.archive == "public"
    holder = find_mail_holder(conn, token, Purpose.READ, settings.web) if token else None
    return holder is not None and newsletter.id in subscribers.newsletter_ids(conn, holder.subscriber.id)


def reader_newsletter(conn: Connection, token: str, settings: Settings) -> Newsletter | None:
    """The newsletter whose archive the holder of a link in a mail may read; None if there is none."""
    holder = find_mail_holder(conn, token, Purpose.READ, settings.web)
    newsletter = find_newsletter(settings, holder.newsletter_id) if holder else None
    return newsletter if newsletter and may_read(conn, newsletter, token, settings) else None


def archive_version(store: Store) -> tuple[int, int]:
    """A value that changes whenever an edition is published. Raises ``StoreError``."""
    with store.read() as conn:
        return archive.version(conn)


def edition_page(conn: Connection, newsletter: Newsletter, key: str, settings: Settings) -> EditionPage | None:
    """The newsletter's edition of the slot with this key; None if there is none."""
    edition = archive.find(conn, newsletter.id, key)
    if edition is None:
        return None
    stories = story_texts.of_edition(conn, edition.id)
    public_ids = [public.id for public in public_newsletters(settings)]
    thread_ids = [story.thread_id for story in stories]
    return EditionPage(
        edition=edition,
        note=editions.note(conn, edition.id),
        stories=stories,
        corrections=corrections.of_edition(conn, edition.id),
        threads_with_updates=archived_stories.archived_threads(conn, thread_ids, public_ids, at_least=2),
        has_mail=editions.has_body(conn, edition.id),
        before=archive.before(conn, edition),
        after=archive.after(conn, edition),
    )


def mail_copy(conn: Connection, newsletter: Newsletter, key: str) -> MailCopy | None:
    """The slot's edition as mailed, for anybody; None if there is none, or retention has deleted the mail."""
    edition = archive.find(conn, newsletter.id, key)
    stored = editions.get(conn, edition.id) if edition else None
    if stored is None or not stored.edition.html:
        return None
    html = public_copy(stored.edition.html, fill_greeting(newsletter.greeting, ""))
    return MailCopy(html=html, frozen_at=stored.frozen_at)


def newest_editions(conn: Connection, settings: Settings, *, limit: int) -> tuple[NewestEditions, ...]:
    """The newest editions of each public newsletter that has one."""
    newest = (
        NewestEditions(newsletter=newsletter, editions=archive.newest(conn, newsletter.id, limit=limit))
        for newsletter in public_newsletters(settings)
    )
    return tuple(item for item in newest if item.editions)


def feed_editions(conn: Connection, newsletter: Newsletter, *, limit: int) -> tuple[FeedEdition, ...]:
    """The newest editions, each with its stories."""
    return tuple(
        FeedEdition(
            heading=heading,
            note=editions.note(conn, heading.id),
            stories=story_texts.of_edition(conn, heading.id),
            corrections=corrections.of_edition(conn, heading.id),
            first_revision=archive.first_revision(conn, heading),
        )
        for heading in archive.newest(conn, newsletter.id, limit=limit)
    )
