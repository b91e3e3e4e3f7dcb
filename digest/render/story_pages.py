"""Variables of pages that show published stories: the same as those of a mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.model.articles import Article
from digest.model.corrections import Correction
from digest.model.published_stories import PublishedArticle, PublishedStory
from digest.model.stories import Brief, Ranked, Sentence, Story
from digest.render.context import story_context
from digest.render.context_types import CorrectionContext, Section, StoryContext, group_by_section
from digest.render.corrections import correction_context
from digest.render.locale import labels_for


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStory:
    """A story of an edition's page."""

    story: StoryContext
    #: In the address of the page of all its updates.
    thread_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSection:
    """Stories under one heading; an empty ``title`` where the edition has no sections."""

    title: str
    stories: tuple[PageStory, ...]


def sections_of(stories: Sequence[PublishedStory], *, language: str, at: datetime) -> tuple[PageSection, ...]:
    """An edition's stories by section, numbered; ``at`` is when it was due, in the newsletter's zone."""
    sections = [story.section for story in stories]
    ordered = sorted(stories, key=lambda story: sections.index(story.section))
    thread_ids = iter([story.thread_id for story in ordered])
    return tuple(
        PageSection(
            title=section.title,
            stories=tuple(PageStory(story=story, thread_id=next(thread_ids)) for story in section.stories),
        )
        for section in published_sections(ordered, language=language, at=at)
    )


def published_sections(stories: Sequence[PublishedStory], *, language: str, at: datetime) -> tuple[Section, ...]:
    """Variables of an edition's stories by section, numbered."""
    contexts = [published_story(story, language=language, at=at) for story in stories]
    return group_by_section(contexts, labels_for(language))


def published_story(story: PublishedStory, *, language: str, at: datetime) -> StoryContext:
    """Variables of one story; ``language`` is that of the words around it."""
    return story_context(_brief(story, at), at, labels_for(language), "none")


def published_corrections(
    corrections: Sequence[Correction], *, language: str, at: datetime
) -> tuple[CorrectionContext, ...]:
    """Variables of corrections; ``language`` is that of the words around them."""
    return tuple(correction_context(correction, at, labels_for(language)) for correction in corrections)


def _brief(story: PublishedStory, at: datetime) -> Brief:
    """The brief that was published, its articles without text."""
    articles = {heading.id: _article(heading) for heading in story.articles}
    # Stands for articles that are no longer known: nothing is cited.
    unknown = Article(
        id="", source_id="", source="", url="", title=story.title, paragraphs=(), published=at, language=story.language
    )
    sentences = tuple(
        Sentence(text=sentence.text, article=articles[sentence.article.id] if sentence.article else unknown)
        for sentence in story.sentences
    )
    ranked = Ranked(
        story=Story(articles=tuple(articles.values()) or (unknown,)),
        score=0,
        reasons=(),
        section=story.section,
        update=story.is_update,
    )
    return Brief(ranked=ranked, sentences=sentences)


def _article(heading: PublishedArticle) -> Article:
    return Article(
        id=heading.id,
        source_id="",
        source=heading.source,
        url=heading.url,
        title=heading.title,
        paragraphs=(),
        published=heading.published,
        language=heading.language,
        author=heading.author,
    )
