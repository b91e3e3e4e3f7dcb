"""A digest as Markdown (CommonMark), to paste into a chat or to publish on a static site.

Text from outside stays text: characters that Markdown, HTML, or a site generator's templates (Liquid, Go) would read as
markup are escaped. It has no links of a subscriber's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from digest.model.digests import Digest
from digest.render.context import edition_context
from digest.render.context_types import CorrectionContext, EditionContext, StoryContext
from digest.render.options import RenderOptions
from digest.text.lazy_regex import lazy_compile

#: Markup within a line.
_MARKUP = lazy_compile(r"[\\`*_\[\]~|]")
#: The place before what begins a heading, a quotation, a list or a rule at the start of a line.
_BLOCK = lazy_compile(r"\d{1,9}(?=[.)])|(?=[#>+=:-])")
_ENTITY = lazy_compile(r"&(?=#|\w+;)")
#: Characters of a link that could end it, or begin markup.
_UNSAFE_IN_LINK = lazy_compile(r"[\s()<>\\`*{}|\"]")


def render_markdown(digest: Digest, options: RenderOptions) -> str:
    """All stories with their briefs, each sentence linked to its source, and the lists that the options ask for."""
    context = edition_context(digest, options)
    context = context.limited_to(len(context.stories), 0)
    return "\n\n".join(filter(None, _blocks(context))) + "\n"


def escape(text: str) -> str:
    """The text as it has to stand in a paragraph of Markdown, on one line."""
    text = _ENTITY.sub("&amp;", _MARKUP.sub(r"\\\g<0>", text))
    # Templates of site generators know no backslash.
    text = text.replace("<", "&lt;").replace("{", "&#123;")
    return _BLOCK.sub(r"\g<0>\\", text, count=1) if _BLOCK.match(text) else text


def link(text: str, url: str) -> str:
    """A link; only the text where there is no address."""
    if not url:
        return escape(text)
    address = _UNSAFE_IN_LINK.sub(lambda character: quote(character[0], safe=""), url)
    return f"[{escape(text)}]({_ENTITY.sub('&amp;', address)})"


def _blocks(context: EditionContext) -> Iterator[str]:
    yield f"# {escape(context.title)}"
    yield _facts(context.alert, context.date, context.reading_time if context.stories else "")
    if context.note:
        yield f"**{escape(context.note.heading)}**"
        for paragraph in context.note.paragraphs:
            yield "".join(link(piece.text, piece.url) if piece.url else escape(piece.text) for piece in paragraph)
    level = 2
    for section in context.sections:
        if section.title:
            yield f"## {escape(section.title)}"
            level = 3
        for story in section.stories:
            yield from _story(story, level, context)
    if context.corrections:
        yield f"## {escape(context.labels.corrections)}"
        for correction in context.corrections:
            yield from _correction(correction, context)
    yield escape(context.closing if context.stories else context.labels.no_stories)
    if context.left_out:
        yield f"## {escape(context.labels.left_out)}"
        articles = (
            f"{link(item.title, item.url)} ({escape(item.source)}): {escape(item.reason)}" for item in context.left_out
        )
        yield _list(articles, context, context.unlisted_left_out_count)
    if context.failures:
        yield f"## {escape(context.labels.failures)}"
        failures = (f"{escape(failure.source)}: {escape(failure.error)}" for failure in context.failures)
        yield _list(failures, context, context.unlisted_failures_count)


def _story(story: StoryContext, level: int, context: EditionContext) -> Iterator[str]:
    yield f"{'#' * level} {story.number}. {link(story.title, story.url)}"
    update = f"**{escape(context.labels.update)}**" if story.is_update else ""
    yield " · ".join(filter(None, (update, _facts(story.source, story.published, story.author))))
    for excerpt in story.excerpts:
        citation = f" ({link(excerpt.citation, excerpt.url)})" if story.has_several_sources else ""
        yield escape(excerpt.text) + citation
    further = [link(related.citation, related.url) for related in story.related_articles if not related.is_cited]
    yield f"{escape(context.labels.related_articles)}: {', '.join(further)}" if further else ""


def _correction(correction: CorrectionContext, context: EditionContext) -> Iterator[str]:
    labels = context.labels
    yield f"### {link(correction.title, correction.url)}"
    yield _facts(correction.source)
    yield f"{escape(correction.intro)} ~~{escape(correction.before)}~~"
    now = f"{labels.correction_after} {correction.after}" if correction.after else labels.correction_removed
    yield escape(now)
    yield escape(f"{labels.correction_note} {correction.note}") if correction.note else ""


def _facts(*facts: str) -> str:
    """Short facts in italics."""
    text = " · ".join(escape(fact) for fact in facts if fact)
    return f"*{text}*" if text else ""


def _list(items: Iterable[str], context: EditionContext, unlisted_count: int) -> str:
    further = [escape(context.labels.and_more.format(n=unlisted_count))] if unlisted_count else []
    return "\n".join(f"- {item}" for item in (*items, *further))
