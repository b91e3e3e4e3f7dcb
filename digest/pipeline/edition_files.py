"""Frozen editions as files: EPUB, and copies for anybody in the formats of a mail, with nothing of a subscriber."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from digest.deliver.message.attachment import Attachment
from digest.model.editions import Edition
from digest.model.errors import UsageError
from digest.model.newsletters import Newsletter
from digest.model.published_stories import PublishedEdition, PublishedStory
from digest.pipeline.app import App
from digest.pipeline.audiences import personalise
from digest.render.delivery_placeholders import fill_greeting
from digest.render.epub import MEDIA_TYPE, Epub, published_epub
from digest.render.public_copy import public_copy, public_text
from digest.settings import Settings
from digest.store import audiences, corrections, story_texts
from digest.store.editions import CHANGED, StoredEdition

#: Bytes of an attached EPUB with images. The mail itself may embed 5 MB of them, base64 adds a third, and many servers
#: take no more than 10 MB.
MAX_ATTACHMENT = 2_000_000


def edition_epub(conn: Connection, stored: StoredEdition, settings: Settings, *, max_bytes: int | None = None) -> Epub:
    """The edition as an EPUB: always the same bytes. One of more than ``max_bytes`` is made without images."""
    edition, newsletter = stored.edition, newsletter_of(stored, settings)
    audience = audiences.get(conn, edition.newsletter_id, edition.audience.partition(CHANGED)[0])
    zone = (personalise(newsletter, audience.preferences) if audience else newsletter).timezone
    return published_epub(
        edition,
        story_texts.of_edition(conn, stored.id),
        corrections.of_edition(conn, stored.id),
        title=newsletter.brand.over(settings.brand).name or newsletter.title,
        at=edition.slot.due.astimezone(zone),
        max_bytes=max_bytes,
    )


def published_edition(conn: Connection, stored: StoredEdition, settings: Settings) -> PublishedEdition:
    """The edition with its stories, for mailers that send no mails."""
    stories = story_texts.of_edition(conn, stored.id)
    edition = with_stories(stored.edition, stories, newsletter_of(stored, settings), frozen_at=stored.frozen_at)
    return replace(edition, corrections=corrections.of_edition(conn, stored.id))


def with_stories(
    edition: Edition, stories: tuple[PublishedStory, ...], newsletter: Newsletter, *, frozen_at: datetime
) -> PublishedEdition:
    """An edition, frozen or not, with its stories."""
    return PublishedEdition(
        newsletter_id=edition.newsletter_id,
        title=newsletter.title,
        slot_key=edition.slot.key,
        frozen_at=frozen_at,
        subject=edition.subject,
        preheader=edition.preheader,
        language=edition.language,
        stories=stories,
        kind=str(edition.kind),
        note=edition.note,
        note_author=edition.note_author,
    )


def edition_attachment(stored: StoredEdition, app: App) -> Attachment:
    """The edition's EPUB for subscribers who want it attached to their mail."""
    with app.store.read() as conn:
        return attached(edition_epub(conn, stored, app.settings, max_bytes=MAX_ATTACHMENT))


def attached(epub: Epub) -> Attachment:
    """The file as a part of a mail."""
    return Attachment(filename=epub.filename, media_type=MEDIA_TYPE, data=epub.data)


def shared_copy(stored: StoredEdition, settings: Settings) -> StoredEdition:
    """The edition as mailed, without links for one subscriber, and with a greeting for nobody in particular."""
    greeting = fill_greeting(newsletter_of(stored, settings).greeting, "")
    edition = stored.edition
    copy = replace(edition, html=public_copy(edition.html, greeting), text=public_text(edition.text, greeting))
    return replace(stored, edition=copy)


def newsletter_of(stored: StoredEdition, settings: Settings) -> Newsletter:
    """The edition's newsletter; one with its id alone, if the settings have it no longer."""
    newsletter_id = stored.edition.newsletter_id
    try:
        return settings.newsletter(newsletter_id)
    except UsageError:
        return Newsletter(id=newsletter_id, title=newsletter_id)
