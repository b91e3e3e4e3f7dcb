"""What a template sees: strings that are ready to be shown, and how many of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.render.locale import Words
from digest.render.options import Links

#: From how many stories on a table of contents helps.
_CONTENTS_FROM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Another article on the story (an empty ``url`` is no link)."""

    #: What tells it from the story's other articles: its source, where that is enough.
    name: str
    title: str
    url: str
    source: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Sentences in a row that stand in the same article."""

    text: str
    #: What tells the article from the story's others: its source, where that is enough.
    name: str
    source: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The lead's image; ``width`` and ``height`` in pixels as shown, as text, empty where unknown."""

    url: str
    alt: str
    width: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it stands on the page."""

    #: 1 for the first story of the edition.
    number: int
    #: The name of its place on the page, for links from the contents.
    anchor: str
    title: str
    url: str
    #: The lead's outlet, author and time.
    source: str
    author: str
    time: str
    language: str
    direction: str
    section: str
    update: bool
    #: The brief, in order; with more than one outlet each passage names its own.
    passages: tuple[Passage, ...]
    several: bool
    #: The other articles on the story, copies too.
    also: tuple[Mention, ...]
    image: Picture | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Stories under one heading; an empty ``title`` where the edition has no sections."""

    title: str
    stories: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """An article that is not in the edition, and why."""

    title: str
    url: str
    source: str
    language: str
    direction: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A source that could not be read."""

    source: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The brand, each colour legible on its ground."""

    name: str
    accent: str
    accent_dark: str
    logo: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """All that a template can say."""

    title: str
    subject: str
    preheader: str
    #: Stands for what each reader is greeted with; empty where nobody is.
    greeting: str
    #: The edition's day, written out.
    date: str
    language: str
    direction: str
    minutes: str
    #: Does a table of contents help?
    contents: bool
    stories: tuple[Telling, ...]
    sections: tuple[Section, ...]
    #: Stories that did not fit, by title alone, and how many did not fit even there.
    more: tuple[Telling, ...]
    beyond: int
    #: The first articles that are not in the edition, the first sources that failed, and how many more there are.
    left_out: tuple[Omission, ...]
    left_out_beyond: int
    failures: tuple[Trouble, ...]
    failures_beyond: int
    brand: Face
    links: Links
    reason: str
    words: Words

    def cut(self, stories: int, titles: int) -> Page:
        """The page with its best ``stories``, the next ``titles`` of the rest by title, the others counted.

        The stories are put in the order of the page, section by section, and numbered in that order.
        """
        rest = self.stories[stories:]
        sections = _sections(self.stories[:stories], self.words)
        kept = tuple(story for section in sections for story in section.stories)
        return replace(
            self,
            stories=kept,
            sections=sections,
            contents=len(kept) >= _CONTENTS_FROM,
            more=rest[:titles],
            beyond=len(rest[titles:]),
        )


def _sections(stories: Iterable[Telling], said: Words) -> tuple[Section, ...]:
    """The stories under their headings, in the order in which the headings first appear, numbered through."""
    shelves: dict[str, list[Telling]] = {}
    for story in stories:
        shelves.setdefault(story.section, []).append(story)
    unnamed = said.other if len(shelves) > 1 else ""
    number = itertools.count(1)
    return tuple(
        Section(title=title or unnamed, stories=tuple(_numbered(story, next(number)) for story in shelf))
        for title, shelf in shelves.items()
    )


def _numbered(story: Telling, number: int) -> Telling:
    return replace(story, number=number, anchor=f"s{number}")
