"""Content of an EPUB: its chapters and pictures, and what its metadata says. No markup."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from itertools import count

from digest.model.editions import Edition
from digest.render.context_types import CorrectionContext, NoteContext, Section, StoryContext
from digest.render.epub.pictures import EmbeddedPicture, find_pictures
from digest.render.locale import Labels, direction, labels_for, long_date
from digest.render.notes import note_context
from digest.render.plain_text import line

#: Characters that some file system, header or mail program forbids in a name.
_UNSAFE_IN_NAME = re.compile(r"[^\w .-]+")
_MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture of a story, as a file of the book; the same picture in two stories is one file."""

    id: str
    file: str
    media_type: str
    alt: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A story as a file of the book."""

    id: str
    file: str
    story: StoryContext
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Chapters under one heading; an empty ``title`` where the edition has no sections."""

    title: str
    chapters: tuple[Chapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """An edition as a book."""

    #: ``urn:uuid:…``, the same for the same edition.
    identifier: str
    #: The newsletter's title; ``name`` has the date too.
    title: str
    name: str
    filename: str
    description: str
    #: The slot's day in words, and in ISO 8601.
    date: str
    day: str
    #: When the edition was due, as ``2026-03-29T05:00:00Z``.
    modified: str
    language: str
    direction: str
    reading_minutes: int
    #: An editor's own text, on the first page.
    note: NoteContext | None
    labels: Labels
    parts: tuple[Part, ...]
    #: Sentences of earlier editions that their outlets changed since: a chapter after the stories.
    corrections: tuple[CorrectionContext, ...]
    images_left_out: bool = False

    @property
    def chapters(self) -> tuple[Chapter, ...]:
        """The chapters of all parts."""
        return tuple(chapter for part in self.parts for chapter in part.chapters)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The distinct pictures of all chapters."""
        by_file = {picture.file: picture for chapter in self.chapters for picture in chapter.pictures}
        return tuple(by_file.values())

    def without_pictures(self) -> Book:
        """The book without pictures; its title page says so."""
        parts = (
            replace(part, chapters=tuple(replace(chapter, pictures=()) for chapter in part.chapters))
            for part in self.parts
        )
        return replace(self, parts=tuple(parts), images_left_out=True)


def make_book(
    edition: Edition, sections: Sequence[Section], corrections: Sequence[CorrectionContext], *, title: str
) -> Book:
    """The edition's stories as chapters, with the pictures that its HTML embeds."""
    labels = labels_for(edition.language)
    title = line(title) or labels.untitled
    day = edition.slot.key.partition("T")[0]
    written_date = long_date(date.fromisoformat(day), labels)
    pictures = find_pictures(edition.html)
    numbers = count(1)
    return Book(
        identifier=_identifier(edition),
        title=title,
        name=f"{title}, {written_date}",
        filename=f"{_file_stem(title, edition)}.epub",
        description=line(edition.subject),
        date=written_date,
        day=day,
        modified=f"{edition.slot.due.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        language=labels.language if edition.language in {"", "und"} else edition.language,
        direction=direction(edition.language),
        reading_minutes=edition.reading_minutes,
        note=note_context(edition.note, edition.note_author, labels) if edition.note else None,
        labels=labels,
        parts=tuple(
            Part(
                title=section.title,
                chapters=tuple(_chapter(next(numbers), story, pictures) for story in section.stories),
            )
            for section in sections
        ),
        corrections=tuple(corrections),
    )


def _chapter(number: int, story: StoryContext, pictures: Mapping[str, Sequence[EmbeddedPicture]]) -> Chapter:
    of_story = pictures.get(story.url) or pictures.get(story.title) or ()
    return Chapter(id=f"story-{number}", file=f"story-{number}.xhtml", story=story, pictures=tuple(_pictures(of_story)))


def _pictures(embedded: Sequence[EmbeddedPicture]) -> Iterator[Picture]:
    for picture in embedded:
        id_ = f"picture-{hashlib.sha256(picture.data).hexdigest()[:16]}"
        yield Picture(
            id=id_,
            file=f"{id_}.{picture.media_type.partition('/')[2]}",
            media_type=picture.media_type,
            alt=line(picture.alt),
            data=picture.data,
        )


def _identifier(edition: Edition) -> str:
    """A UUID of version 8 (RFC 9562, section 5.8) from a hash of the edition."""
    key = (edition.newsletter_id, edition.slot.key, edition.audience, str(edition.revision), edition.subject)
    hashed = hashlib.sha256("\0".join((*key, edition.html)).encode("utf-8", "replace")).hexdigest()
    return f"urn:uuid:{hashed[:8]}-{hashed[8:12]}-8{hashed[13:16]}-a{hashed[17:20]}-{hashed[20:32]}"


def _file_stem(title: str, edition: Edition) -> str:
    """``The Harbour Letter-2026-03-29``: letters of any script, no path, not hidden."""
    name = " ".join(_UNSAFE_IN_NAME.sub(" ", title).split()).strip(". ")
    return f"{name[:_MAX_NAME].strip('. -') or edition.newsletter_id}-{edition.slot.key.replace(':', '-')}"
