"""Variables of a template: strings that are ready to be shown, and how many of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace

from digest.render.locale import Labels
from digest.render.options import Links
from digest.render.tokens import Tokens

#: Stories from which on a table of contents helps.
_MIN_STORIES_FOR_CONTENTS = 4
#: Stories that a template shows with all of their excerpts if it shows others in brief.
_MAX_STORIES_IN_FULL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedArticle:
    """Another article of the story (no link where ``url`` is empty)."""

    #: Distinguishes it from the story's other articles: its source, where that is enough.
    citation: str
    title: str
    url: str
    source: str
    published: str
    #: Its outlet is the story's source, or cited by an excerpt.
    is_cited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Consecutive sentences of a brief from the same article."""

    text: str
    #: Distinguishes the article from the story's others: its source, where that is enough.
    citation: str
    source: str
    url: str
    #: The article is the story's lead, which gives it title and link.
    is_lead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryImage:
    """The lead's image; ``width`` and ``height`` in pixels as shown, as text, empty where unknown."""

    url: str
    alt: str
    width: str
    height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContext:
    """Variables of one story."""

    #: 1 for the first story of the edition.
    number: int
    #: The ``id`` of its heading, for links from the contents.
    anchor: str
    title: str
    url: str
    #: Source, author and time of the lead.
    source: str
    author: str
    published: str
    language: str
    direction: str
    section: str
    is_update: bool
    #: The page with all its updates; empty if there is none.
    updates: str
    #: The brief, in order; with several sources each excerpt cites its own.
    excerpts: tuple[Excerpt, ...]
    has_several_sources: bool
    #: The first sentence of the brief, for a template that shows the story in brief; None without sentences.
    first_sentence: Excerpt | None
    #: Not among the first stories (of each section in turn): a template may show its first sentence only.
    is_in_brief: bool
    #: The other articles of the story, near-duplicates too.
    related_articles: tuple[RelatedArticle, ...]
    image: StoryImage | None
    #: The page that asks whether it was useful, without ``?vote=up``; empty if none does.
    feedback: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Stories under one heading; an empty ``title`` where the edition has no sections."""

    title: str
    stories: tuple[StoryContext, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOutArticle:
    """An article that is not in the edition, and the reason."""

    title: str
    url: str
    source: str
    language: str
    direction: str
    #: The same for all articles that are left out for it.
    reason: str
    #: What is particular to this article (``rank 12``), or empty.
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedSource:
    """A source that could not be read."""

    source: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionContext:
    """A sentence of an earlier edition that its outlet changed since."""

    #: Headline, address and outlet of the article.
    title: str
    url: str
    source: str
    language: str
    direction: str
    #: Opens the old wording: when it was quoted.
    intro: str
    before: str
    #: Empty if the sentence was removed.
    after: str
    #: The outlet's own note about it, or empty.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandContext:
    """The brand; ``accent`` is legible on a light background, ``accent_dark`` on a dark one."""

    name: str
    accent: str
    accent_dark: str
    logo: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePiece:
    """A part of a paragraph; ``url`` is empty unless it is a link."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContext:
    """A text of the editor's own on top of the edition."""

    #: Says that it is the editor's: ``A note from Ann Writer``.
    heading: str
    paragraphs: tuple[tuple[NotePiece, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionContext:
    """All variables of a template."""

    title: str
    subject: str
    preheader: str
    #: A placeholder for each subscriber's greeting; empty where the newsletter has none.
    greeting: str
    #: An editor's own text; None for none.
    note: NoteContext | None
    #: A word that marks an alert; empty in a digest.
    alert: str
    #: The edition's day, written out; of an alert with the time.
    date: str
    language: str
    direction: str
    reading_time: str
    #: Does a table of contents help?
    show_contents: bool
    #: Heading of a table of contents that follows the first story.
    contents_title: str
    stories: tuple[StoryContext, ...]
    sections: tuple[Section, ...]
    #: Stories that did not fit, for a list of titles, and the number of those that did not fit there.
    more_stories: tuple[StoryContext, ...]
    unlisted_stories_count: int
    #: Sentences of earlier editions that their outlets changed since.
    corrections: tuple[CorrectionContext, ...]
    #: A sentence that says that there is no more news; empty if there may be.
    closing: str
    #: The first articles that were left out, the first sources that failed, and the numbers of further ones.
    left_out: tuple[LeftOutArticle, ...]
    unlisted_left_out_count: int
    failures: tuple[FailedSource, ...]
    unlisted_failures_count: int
    brand: BrandContext
    #: Colours, sizes and typefaces, with those of the brand.
    tokens: Tokens
    links: Links
    subscription_reason: str
    labels: Labels

    def limited_to(self, stories: int, titles: int) -> EditionContext:
        """Show the best ``stories`` whole, list the next ``titles`` by title, and count the rest.

        Stories are ordered section by section, and numbered in that order.
        """
        remaining = self.stories[stories:]
        sections = group_by_section(self.stories[:stories], self.labels)
        ordered = tuple(story for section in sections for story in section.stories)
        return replace(
            self,
            stories=ordered,
            sections=sections,
            show_contents=len(ordered) >= _MIN_STORIES_FOR_CONTENTS,
            more_stories=remaining[:titles],
            unlisted_stories_count=len(remaining[titles:]),
            closing="" if remaining else self.closing,
        )


def group_by_section(stories: Iterable[StoryContext], labels: Labels) -> tuple[Section, ...]:
    """Group stories by section, in the order in which sections first appear, and number them."""
    by_title: dict[str, list[StoryContext]] = {}
    for story in stories:
        by_title.setdefault(story.section, []).append(story)
    default_title = labels.other_stories if len(by_title) > 1 else ""
    counts_in_full = _counts_in_full([len(section) for section in by_title.values()])
    number = itertools.count(1)
    return tuple(
        Section(
            title=title or default_title,
            stories=tuple(
                _numbered(story, next(number), is_in_brief=place >= in_full) for place, story in enumerate(section)
            ),
        )
        for (title, section), in_full in zip(by_title.items(), counts_in_full, strict=True)
    )


def _counts_in_full(lengths: list[int]) -> list[int]:
    """Stories in full of each section: one of each in turn, until there are enough; always the first of each."""
    counts = [0] * len(lengths)
    for place in range(max(lengths, default=0)):
        for section, length in enumerate(lengths):
            counts[section] += place < length and (place == 0 or sum(counts) < _MAX_STORIES_IN_FULL)
    return counts


def _numbered(story: StoryContext, number: int, *, is_in_brief: bool) -> StoryContext:
    return replace(story, number=number, anchor=f"s{number}", is_in_brief=is_in_brief)
