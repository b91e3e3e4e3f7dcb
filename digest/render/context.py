"""Compute a template's variables from a digest and the options: no HTML, no layout."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digest.model.articles import Article
from digest.model.digests import Digest
from digest.model.editions import EditionKind
from digest.model.newsletters import Brand, Images
from digest.model.stories import Brief, Sentence
from digest.render.context_types import (
    BrandContext,
    EditionContext,
    Excerpt,
    FailedSource,
    LeftOutArticle,
    RelatedArticle,
    StoryContext,
    StoryImage,
)
from digest.render.corrections import correction_context
from digest.render.delivery_placeholders import GREETING_PLACEHOLDER
from digest.render.embedded_images import MAX_WIDTH
from digest.render.locale import Labels, direction, labels_for, long_date, short_time
from digest.render.notes import note_context
from digest.render.options import Links, RenderOptions
from digest.render.plain_text import clip, line
from digest.render.subject import fill_subject, mark_subject, preheader
from digest.render.tokens import Tokens, tokens_for
from digest.render.values import MAX_TITLE, language_code, link, name
from digest.text.reading_time import minutes_to_read

#: Limits in characters.
_MAX_CITATION = 60
#: Articles left out and failed sources that are listed; the stories need the room.
_MAX_LISTED = 40


def edition_context(digest: Digest, options: RenderOptions) -> EditionContext:
    """Variables of the whole digest, in its order; `EditionContext.limited_to` makes them fit a mail."""
    labels = labels_for(digest.language)
    tokens = tokens_for(options.brand)
    today, is_alert = digest.slot.due.astimezone(digest.newsletter.timezone), digest.kind is EditionKind.ALERT
    stories = tuple(_stories(digest, today, labels, options.links))
    title = name(options.brand.name or digest.newsletter.title) or labels.untitled
    subject, next_titles = _subject(digest, title, labels)
    max_left_out, max_failures = _MAX_LISTED * options.show_left_out, _MAX_LISTED * options.show_failures
    default_reason = labels.subscription_reason.format(title=title) if options.links.unsubscribe else ""
    return EditionContext(
        title=title,
        subject=subject,
        preheader=next_titles,
        greeting=GREETING_PLACEHOLDER if digest.newsletter.greeting else "",
        note=note_context(digest.note.text, digest.note.author or title, labels) if digest.note else None,
        alert=labels.alert if is_alert else "",
        date=f"{long_date(today, labels)}, {today:%H:%M}" if is_alert else long_date(today, labels),
        language=language_code(digest.language, labels),
        direction=direction(digest.language),
        reading_time=labels.reading_time.format(n=reading_minutes(digest)),
        show_contents=False,
        contents_title=labels.also_today if digest.newsletter.schedule.is_daily else labels.also_in_this_edition,
        stories=stories,
        sections=(),
        more_stories=(),
        unlisted_stories_count=0,
        corrections=tuple(correction_context(correction, today, labels) for correction in digest.corrections),
        closing=labels.closing if digest.is_exhaustive and stories else "",
        left_out=tuple(itertools.islice(_left_out(digest, labels), max_left_out)),
        unlisted_left_out_count=max(0, len(digest.left_out) - max_left_out) if max_left_out else 0,
        failures=tuple(itertools.islice(_failures(digest), max_failures)),
        unlisted_failures_count=max(0, len(digest.failures) - max_failures) if max_failures else 0,
        brand=_brand(options.brand, title, tokens),
        tokens=tokens,
        links=options.links,
        subscription_reason=options.subscription_reason or default_reason,
        labels=labels,
    )


def _subject(digest: Digest, title: str, labels: Labels) -> tuple[str, str]:
    """The subject and the preheader."""
    if not digest.briefs:
        return fill_subject("{title}: {lead}", title=title, lead=labels.no_stories, date=""), labels.contents
    pattern = digest.newsletter.subject
    leads = [brief.story.lead for brief in digest.subject_stories or digest.briefs]
    titles = [headline(lead, labels) for lead in leads]
    today = digest.slot.due.astimezone(digest.newsletter.timezone)
    subject = line(fill_subject(pattern, title=title, lead=titles[0], date=long_date(today, labels)))
    if digest.kind is EditionKind.ALERT:
        subject = mark_subject(labels.alert, subject)
    sentences = (line(sentence.text) for brief in digest.briefs for sentence in brief.sentences)
    beginning = next(filter(None, sentences), "")
    return subject, preheader(pattern, subject=subject, titles=titles, beginning=beginning, default=labels.contents)


def reading_minutes(digest: Digest) -> int:
    """Minutes to read the edition, at least 1."""
    texts = [text for brief in digest.briefs for text in brief.texts]
    return max(1, math.ceil(minutes_to_read([*texts, digest.note.text] if digest.note else texts)))


def _stories(digest: Digest, today: datetime, labels: Labels, links: Links) -> Iterator[StoryContext]:
    """The stories, each with its pages: for votes on the story at its place of the edition, and of all its updates."""
    for number, brief in enumerate(digest.briefs, start=1):
        feedback = f"{links.feedback}/{number}" if links.feedback else ""
        thread_id = brief.ranked.thread_id
        updates = f"{links.stories}/{thread_id}" if links.stories and thread_id is not None else ""
        story = story_context(brief, today, labels, digest.newsletter.images)
        yield replace(story, feedback=feedback, updates=updates)


def story_context(brief: Brief, today: datetime, labels: Labels, images: Images) -> StoryContext:
    """Variables of one story of an edition of this day, not yet numbered."""
    lead = brief.story.lead
    cited_ids = {sentence.article.id for sentence in brief.sentences}
    citations = _citations(brief.story.all_articles, labels)
    uncited_ids = {article.id for article in brief.further_coverage}
    return StoryContext(
        number=0,
        anchor="",
        title=headline(lead, labels),
        url=link(lead.url),
        source=name(lead.source),
        author=name(lead.author),
        published=_published(lead, today, labels),
        language=language_code(lead.language, labels),
        direction=direction(lead.language),
        section=name(brief.ranked.section),
        is_update=brief.ranked.update,
        excerpts=tuple(_excerpts(brief.sentences, citations, lead_id=lead.id)),
        first_sentence=next(_excerpts(brief.sentences[:1], citations, lead_id=lead.id), None),
        is_in_brief=False,
        has_several_sources=bool(cited_ids - {lead.id}),
        related_articles=tuple(
            RelatedArticle(
                title=headline(article, labels),
                url=link(article.url),
                citation=citations[article.id],
                source=name(article.source),
                published=_published(article, today, labels),
                is_cited=article.id not in uncited_ids,
            )
            for article in brief.story.all_articles[1:]
        ),
        image=_image(lead, images),
        feedback="",
        updates="",
    )


def headline(article: Article, labels: Labels) -> str:
    """The article's title on one line; without a title, the article's beginning or its source."""
    title = line(article.title) or line(next(iter(article.paragraphs), "")) or name(article.source)
    return clip(title, MAX_TITLE) or labels.untitled


def _excerpts(sentences: Sequence[Sentence], citations: Mapping[str, str], *, lead_id: str) -> Iterator[Excerpt]:
    for _, group in itertools.groupby(sentences, key=lambda sentence: sentence.article.id):
        run = list(group)
        article = run[0].article
        # Chinese and Japanese put nothing between two sentences.
        text = ("" if article.language in {"ja", "zh"} else " ").join(line(sentence.text) for sentence in run)
        source = name(article.source)
        yield Excerpt(
            text=text,
            citation=citations.get(article.id, source),
            source=source,
            url=link(article.url),
            is_lead=article.id == lead_id,
        )


def _citations(articles: Sequence[Article], labels: Labels) -> dict[str, str]:
    """Short names that distinguish a story's articles, by id: the source, and the title where that is not enough."""
    sources = [name(article.source) for article in articles]

    def citation(article: Article, source: str) -> str:
        if source and sources.count(source) == 1:
            return source
        title = clip(headline(article, labels), _MAX_CITATION)
        return title if len(set(sources)) == 1 or not source else f"{source}: {title}"

    return {article.id: citation(article, source) for article, source in zip(articles, sources, strict=True)}


def _published(article: Article, today: datetime, labels: Labels) -> str:
    return short_time(article.published.astimezone(today.tzinfo), today, labels)


def _image(article: Article, images: Images) -> StoryImage | None:
    """The article's image. A linked image needs https: without encryption, its request shows that the mail is read."""
    image = article.image
    if image is None or images == "none" or not link(image.url):
        return None
    if images == "linked" and not image.url.startswith("https://"):
        return None
    width, height = max(0, image.width or 0), max(0, image.height or 0)
    # Outlook obeys nothing but the attributes: there, a wider image would break the layout.
    if width > MAX_WIDTH:
        width, height = MAX_WIDTH, round(height * MAX_WIDTH / width)
    # A description that repeats the title would be read aloud twice.
    alt = "" if image.alt.strip() == article.title.strip() else name(image.alt)
    return StoryImage(url=image.url, alt=alt, width=str(width or ""), height=str(height or ""))


def _left_out(digest: Digest, labels: Labels) -> Iterator[LeftOutArticle]:
    for left_out in digest.left_out:
        article = left_out.article
        yield LeftOutArticle(
            title=headline(article, labels),
            url=link(article.url),
            source=name(article.source),
            language=language_code(article.language, labels),
            direction=direction(article.language),
            reason=name(left_out.reason),
            detail=name(left_out.detail),
        )


def _failures(digest: Digest) -> Iterator[FailedSource]:
    for failure in digest.failures:
        yield FailedSource(source=name(failure.source), error=name(failure.error))


def _brand(brand: Brand, title: str, tokens: Tokens) -> BrandContext:
    return BrandContext(
        name=title,
        accent=tokens.light.accent,
        accent_dark=tokens.dark.accent,
        logo=link(brand.logo),
        address=name(brand.address),
    )
