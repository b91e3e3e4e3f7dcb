"""What comes in: entries as published, articles as cleaned."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


class Form(enum.StrEnum):
    """What an entry's body is written in."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture that belongs to an article; ``width`` and ``height`` in pixels where known."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture itself; ``width`` and ``height`` in pixels as its bytes say."""

    #: ``image/jpeg``
    kind: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as its source published it: nothing repaired, nothing trusted."""

    source_id: str
    #: What tells it from the source's other entries: GUID, else link, else a hash of the content.
    guid: str
    url: str
    title: str
    body: str
    form: Form
    #: When it was first seen here.
    seen: datetime
    #: The source's name, as published or as the person set it.
    source: str
    author: str = ""
    published: datetime | None = None
    #: As declared by the source (BCP 47), unchecked; empty if it did not say.
    language: str = ""
    image: Image | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A readable article: canonical URL, plain paragraphs of body text, a known language."""

    #: Stable: the same article has the same id in every run.
    id: str
    source_id: str
    source: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    #: The published date, or when it was first seen; never in the future.
    published: datetime
    #: BCP 47 primary tag: ``en``, ``de``; ``und`` if it can't be told.
    language: str
    author: str = ""
    image: Image | None = None

    @property
    def words(self) -> int:
        """How many words the body has, as white space separates them."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)
