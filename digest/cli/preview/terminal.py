"""Preview of a digest in the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from digest.cli.preview.formats import explain_score
from digest.model.articles import Article
from digest.model.corrections import Correction
from digest.model.digests import Digest
from digest.model.editions import Edition
from digest.model.errors import one_line
from digest.model.failures import Failure
from digest.model.stories import Brief, LeftOut, Sentence, group_by_reason
from digest.text.time_format import long_local_date, short_local_time
from digest.text.urls import is_web_url

#: Most columns of a line: longer ones are hard to read.
_MAX_WIDTH = 88
_TITLE = Style(bold=True)
_DIM = Style(dim=True)
_ACCENT = Style(color="cyan")
_WARNING = Style(color="yellow")


def print_digest(console: Console, digest: Digest, edition: Edition, *, explain: bool = False) -> None:
    """Print the digest; with ``explain`` also each story's score and the articles that were left out."""
    width = min(console.width, _MAX_WIDTH)
    console.print(Group(*_blocks(digest, edition, explain=explain)), width=width, highlight=False)


def _blocks(digest: Digest, edition: Edition, *, explain: bool) -> Iterator[RenderableType]:
    yield from _masthead(digest, edition)
    if digest.note:
        yield Text(f"{digest.note.author or digest.newsletter.title}: {one_line(digest.note.text)}", style=_ACCENT)
        yield Text("")
    section = ""
    for number, brief in enumerate(digest.briefs, start=1):
        if brief.ranked.section != section:
            section = brief.ranked.section
            yield Text(section.upper(), style=_ACCENT)
            yield Text("")
        yield _story(number, brief, digest, explain=explain)
    if not digest.briefs:
        yield Text("Nothing new.", style=_DIM)
        yield Text("")
    if digest.corrections:
        yield _corrections(digest.corrections)
    if digest.briefs and digest.is_exhaustive:
        yield Text("That is all the news this time.", style=_DIM)
        yield Text("")
    if explain and digest.left_out:
        yield _left_out(digest.left_out)
    if digest.failures:
        yield _failures(digest.failures)


def _masthead(digest: Digest, edition: Edition) -> Iterator[RenderableType]:
    day = long_local_date(digest.slot.due, digest.newsletter.timezone)
    stories = _count(len(digest.briefs), "story", "stories")
    yield Text("")
    yield Text(digest.newsletter.title, style=_TITLE + _ACCENT)
    facts = f"{day} · {stories} · {edition.reading_minutes} min to read"
    yield Text(facts, style=_DIM)
    yield Rule(style=_DIM)
    yield Text("")


def _story(number: int, brief: Brief, digest: Digest, *, explain: bool) -> RenderableType:
    lead = brief.story.lead
    title = Text("Update: " if brief.ranked.update else "", style=_ACCENT)
    title.append(lead.title, style=_TITLE + _link(lead))
    lines: list[RenderableType] = [title]
    if brief.sentences:
        lines.append(_brief_text(brief))
    lines.append(_source_line(brief, digest.newsletter.timezone))
    if explain:
        lines.append(Text(explain_score(brief.ranked), style=_DIM))
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(justify="right", width=2, style=_ACCENT)
    row.add_column()
    row.add_row(str(number), Group(*lines))
    return Padding(row, (0, 0, 1, 0))


def _brief_text(brief: Brief) -> Text:
    """Join the sentences to a paragraph; if several outlets are cited, name each after its sentences."""
    has_several_outlets = len({sentence.article.id for sentence in brief.sentences}) > 1
    paragraph = Text()
    next_sentences: tuple[Sentence | None, ...] = (*brief.sentences[1:], None)
    for sentence, next_sentence in zip(brief.sentences, next_sentences, strict=True):
        paragraph.append(sentence.text)
        is_last_of_outlet = next_sentence is None or next_sentence.article.id != sentence.article.id
        if has_several_outlets and is_last_of_outlet:
            paragraph.append(f" [{sentence.article.source}]", style=_DIM + _link(sentence.article))
        paragraph.append(" ")
    paragraph.rstrip()
    return paragraph


def _source_line(brief: Brief, zone: ZoneInfo) -> Text:
    lead = brief.story.lead
    line = Text(f"{lead.source}, {short_local_time(lead.published, zone)}", style=_DIM)
    by_outlet = {article.source: article for article in reversed(brief.further_coverage)}
    for position, (name, article) in enumerate(reversed(by_outlet.items())):
        line.append(" · also in " if position == 0 else ", ")
        line.append(name, style=_link(article))
    return line


def _left_out(left_out: tuple[LeftOut, ...]) -> RenderableType:
    """List the articles under the reasons, each reason once, in order of first appearance."""
    blocks: list[RenderableType] = [Text(f"Left out ({len(left_out)})", style=_TITLE)]
    for reason, items in group_by_reason(left_out).items():
        blocks.append(Text(f"{reason} ({len(items)}):", style=_DIM))
        for item in items:
            line = Text(f"{item.article.title} ({item.article.source})")
            blocks.append(Padding(line.append(f" {item.detail}", style=_DIM) if item.detail else line, (0, 0, 0, 2)))
    return Padding(Group(*blocks), (0, 0, 1, 0))


def _corrections(corrections: tuple[Correction, ...]) -> RenderableType:
    blocks: list[RenderableType] = [Text("Corrections", style=_TITLE)]
    for correction in corrections:
        lines = Text(f"{correction.title} ({correction.source})\n", style=_ACCENT)
        lines.append(f"quoted: {correction.before}\n", style=_DIM)
        lines.append(f"now:    {correction.after}" if correction.after else "removed", style=Style.null())
        blocks.append(Padding(lines, (0, 0, 1, 2)))
    return Padding(Group(*blocks), (0, 0, 1, 0))


def _failures(failures: tuple[Failure, ...]) -> RenderableType:
    heading = Text(f"Not collected ({len(failures)})", style=_TITLE + _WARNING)
    lines = (
        Text(f"{one_line(failure.url)}: ", style=_WARNING).append(failure.error, style=Style.null())
        for failure in failures
    )
    return Padding(Group(heading, *lines), (0, 0, 1, 0))


def _link(article: Article) -> Style:
    """Return a terminal hyperlink (OSC 8) for a web or file address."""
    return Style(link=article.url) if is_web_url(article.url) or article.url.startswith("file://") else Style.null()


def _count(number: int, singular: str, plural: str) -> str:
    return f"{number} {singular if number == 1 else plural}"
