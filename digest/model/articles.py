"""Values that sources bring: entries as published, articles as cleaned, and their images."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from digest.text.urls import outlet_domain


class BodyFormat(enum.StrEnum):
    """Markup of an entry's body."""

    HTML = "html"
    TEXT = "text"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """Image of an article by its address; ``width`` and ``height`` in pixels, if known."""

    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedImage:
    """Image data with its size in pixels, as read from the data."""

    #: ``image/jpeg``
    media_type: str
    data: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Item as its source published it: nothing repaired, nothing trusted."""

    source_id: str
    #: Unique within the source: the GUID, else the link, else a hash of the content.
    guid: str
    url: str
    title: str
    body: str
    form: BodyFormat
    #: When it was first collected.
    seen: datetime
    #: The source's name, as published or as set by the user.
    source: str
    author: str = ""
    published: datetime | None = None
    #: As declared by the source (BCP 47), unchecked; empty if not declared.
    language: str = ""
    image: Image | None = None
    #: Under which its source files it, as declared: a feed's categories, a page's section.
    sections: tuple[str, ...] = ()
    #: Address of the page that the body was extracted from; empty if the source itself has it.
    page_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A readable article: canonical URL, plain paragraphs of body text, a known language."""

    #: The same in every run.
    id: str
    source_id: str
    source: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    #: When it was published, else first collected; never in the future.
    published: datetime
    #: BCP 47 primary tag: ``en``, ``de``; ``und`` if unknown.
    language: str
    author: str = ""
    image: Image | None = None
    #: Its source presents it as an opinion; None if it was stored before this was recorded.
    is_opinion: bool | None = None

    @property
    def outlet(self) -> str:
        """The publisher: its domain, because a source may have many outlets and an outlet many feeds."""
        return outlet_domain(self.url) or self.source

    @property
    def words(self) -> int:
        """Number of words in the body, separated by white space."""
        return sum(len(paragraph.split()) for paragraph in self.paragraphs)
