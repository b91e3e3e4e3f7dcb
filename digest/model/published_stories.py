"""Stories as an edition published them: their text, and the sources of each sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model.corrections import Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedArticle:
    """Heading of an article of a published story."""

    id: str
    url: str
    title: str
    #: Name of its outlet.
    source: str
    author: str
    published: datetime
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedSentence:
    """A verbatim sentence of a brief."""

    text: str
    #: The article that it stands in; None if that is no longer known.
    article: PublishedArticle | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStory:
    """A story of an edition."""

    id: int
    #: The number of the story with all its updates, in the address of its page.
    thread_id: int
    edition_id: int
    #: Its place in the edition, from 0.
    position: int
    #: The lead's title; empty if it has none.
    title: str
    is_update: bool
    section: str
    #: The lead's, as a BCP 47 primary tag; ``und`` if unknown.
    language: str
    sentences: tuple[PublishedSentence, ...]
    #: The story's articles, the lead first, near-duplicates last; none if they are no longer known.
    articles: tuple[PublishedArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedEdition:
    """A frozen edition with its stories, without anything of a subscriber: for mailers that send no mails."""

    newsletter_id: str
    #: The newsletter's.
    title: str
    #: ``2026-03-29`` or ``2026-03-29T18:30``
    slot_key: str
    frozen_at: datetime
    subject: str
    preheader: str
    #: As a BCP 47 primary tag.
    language: str
    stories: tuple[PublishedStory, ...]
    #: Sentences of earlier editions that their outlets changed since.
    corrections: tuple[Correction, ...] = ()
    #: ``digest``, or ``alert`` for one story at once.
    kind: str = "digest"
    #: An editor's own text on top of it, and its author; empty without one.
    note: str = ""
    note_author: str = ""
