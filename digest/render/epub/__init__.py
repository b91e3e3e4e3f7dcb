"""An edition as an EPUB 3 file (https://www.w3.org/TR/epub-33/): a title page, contents, and a chapter for each story.

Pure, and the same bytes for the same edition. Nothing in it names a subscriber, and nothing is fetched when it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model.corrections import Correction
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.published_stories import PublishedStory
from digest.render.context_types import CorrectionContext, Section
from digest.render.options import RenderOptions

MEDIA_TYPE = "application/epub+zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Epub:
    """An EPUB file."""

    #: ``The Harbour Letter-2026-03-29.epub``; safe in any folder.
    filename: str
    data: bytes


def digest_epub(digest: Digest, edition: Edition, options: RenderOptions, *, max_bytes: int | None = None) -> Epub:
    """The digest as a book, with the images that its edition embeds."""
    from digest.render.context import edition_context

    context = edition_context(digest, options)
    whole = context.limited_to(len(context.stories), 0)
    return _epub(edition, whole.sections, whole.corrections, title=whole.title, max_bytes=max_bytes)


def published_epub(
    edition: Edition,
    stories: Sequence[PublishedStory],
    corrections: Sequence[Correction] = (),
    *,
    title: str,
    at: datetime,
    max_bytes: int | None = None,
) -> Epub:
    """A frozen edition as a book: the same as `digest_epub` of the digest that it was rendered from.

    ``at`` is when it was due, in the newsletter's zone. A file of more than ``max_bytes`` is made without images, and
    says so.
    """
    from digest.render.corrections import correction_context
    from digest.render.locale import labels_for
    from digest.render.story_pages import published_sections

    sections = published_sections(stories, language=edition.language, at=at)
    labels = labels_for(edition.language)
    reported = [correction_context(correction, at, labels) for correction in corrections]
    return _epub(edition, sections, reported, title=title, max_bytes=max_bytes)


def _epub(
    edition: Edition,
    sections: Sequence[Section],
    corrections: Sequence[CorrectionContext],
    *,
    title: str,
    max_bytes: int | None = None,
) -> Epub:
    # Jinja2 and lxml are imported only if a file is made.
    from digest.render.epub.book import make_book
    from digest.render.epub.package import pack

    book = make_book(edition, sections, corrections, title=title)
    data = pack(book)
    if max_bytes is not None and len(data) > max_bytes and book.pictures:
        data = pack(book.without_pictures())
    return Epub(filename=book.filename, data=data)
