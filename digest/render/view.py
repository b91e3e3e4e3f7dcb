"""What a template sees: a digest told in strings that are ready to be shown. No HTML, no layout."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.model import Article, Brief, Digest, Sentence
from digest.render.colour import legible
from digest.render.lines import clip, line
from digest.render.look import Brand, Links, Look
from digest.render.words import Words, direction, long_date, short_time, words
from digest.urls import is_web

LONGEST_TITLE = 200
#: Mail programs show 40 to 90 characters of a subject and about 140 of a preheader.
_LONGEST_SUBJECT = 120
_LONGEST_PREHEADER = 140
_CONTENTS_FROM = 4
_WORDS_A_MINUTE = 230
_CHARACTERS_A_MINUTE = 500
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
#: The grounds that the accent has to be legible on: tests hold the style sheet to them.
PAPER, NIGHT = "#ffffff", "#1b1d21"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An article by its outlet: who wrote it, when, and where to read it (an empty ``url`` is no link)."""

    title: str
    url: str
    source: str
    time: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Sentences in a row that stand in the same article."""

    text: str
    source: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The lead's image; ``width`` and ``height`` in pixels, empty where unknown."""

    url: str
    alt: str
    width: int | str
    height: int | str


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
    left_out: tuple[Omission, ...]
    failures: tuple[Trouble, ...]
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


def page(digest: Digest, look: Look) -> Page:
    """The digest as a template sees it, whole and in the order of the digest; `Page.cut` makes it one that fits."""
    said = words(digest.language)
    today = digest.slot.due.astimezone(ZoneInfo(digest.newsletter.timezone))
    stories = tuple(_telling(brief, today, said) for brief in digest.briefs)
    title = line(look.brand.name or digest.newsletter.title) or said.untitled
    subject = _subject(title, stories, said)
    return Page(
        title=title,
        subject=subject,
        preheader=_preheader(subject, stories, said),
        date=long_date(today, said),
        language=digest.language if digest.language != "und" else said.language,
        direction=direction(digest.language),
        minutes=said.minutes.format(n=reading_minutes(digest)),
        contents=False,
        stories=stories,
        sections=(),
        more=(),
        beyond=0,
        left_out=tuple(_omissions(digest, said)) if look.show_left_out else (),
        failures=tuple(_troubles(digest)) if look.show_failures else (),
        brand=_face(look.brand, title),
        links=look.links,
        reason=look.reason,
        words=said,
    )


def reading_minutes(digest: Digest) -> int:
    """How long the edition takes to read, at least a minute."""
    texts = [sentence.text for brief in digest.briefs for sentence in brief.sentences]
    texts += [brief.story.lead.title for brief in digest.briefs]
    signs = sum(len(_CJK.findall(text)) for text in texts)
    spaced = sum(len(_CJK.sub(" ", text).split()) for text in texts)
    return max(1, math.ceil(spaced / _WORDS_A_MINUTE + signs / _CHARACTERS_A_MINUTE))


def _telling(brief: Brief, today: datetime, said: Words) -> Telling:
    lead = brief.story.lead
    cited = {sentence.article.id for sentence in brief.sentences}
    return Telling(
        number=0,
        anchor="",
        title=headline(lead, said),
        url=_link(lead.url),
        source=line(lead.source),
        author=line(lead.author),
        time=_time(lead, today, said),
        language=lead.language if lead.language != "und" else said.language,
        direction=direction(lead.language),
        section=line(brief.ranked.section),
        update=brief.ranked.update,
        passages=tuple(_passages(brief.sentences)),
        several=bool(cited - {lead.id}),
        also=tuple(_mention(article, today, said) for article in (*brief.story.articles[1:], *brief.story.copies)),
        image=_picture(lead),
    )


def headline(article: Article, said: Words) -> str:
    """The article's title on one line; where it has none, how the article begins."""
    title = line(article.title) or line(next(iter(article.paragraphs), "")) or line(article.source)
    return clip(title, LONGEST_TITLE) or said.untitled


def _passages(sentences: Sequence[Sentence]) -> Iterator[Passage]:
    for _, run in itertools.groupby(sentences, key=lambda sentence: sentence.article.id):
        row = list(run)
        article = row[0].article
        # Chinese and Japanese put nothing between two sentences.
        text = ("" if article.language in {"ja", "zh"} else " ").join(line(sentence.text) for sentence in row)
        yield Passage(text=text, source=line(article.source), url=_link(article.url))


def _mention(article: Article, today: datetime, said: Words) -> Mention:
    return Mention(
        title=headline(article, said),
        url=_link(article.url),
        source=line(article.source),
        time=_time(article, today, said),
    )


def _time(article: Article, today: datetime, said: Words) -> str:
    return short_time(article.published.astimezone(today.tzinfo), today, said)


def _picture(article: Article) -> Picture | None:
    image = article.image
    if image is None or not _link(image.url):
        return None
    return Picture(url=image.url, alt=line(image.alt), width=image.width or "", height=image.height or "")


def _link(url: str) -> str:
    """The address if a mail may link to it: never a file on this machine, never a script."""
    return url if is_web(url) else ""


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


def _subject(title: str, stories: Sequence[Telling], said: Words) -> str:
    return clip(stories[0].title, _LONGEST_SUBJECT) if stories else f"{title}: {said.nothing}"


def _preheader(subject: str, stories: Sequence[Telling], said: Words) -> str:
    """What the subject doesn't say: the next stories; with a single story, how it begins."""
    following = " · ".join(story.title for story in stories[1:5])
    beginning = next((passage.text for story in stories for passage in story.passages), "")
    told = (clip(text, _LONGEST_PREHEADER) for text in (following, beginning) if text)
    return next((text for text in told if text != subject), said.contents)


def _omissions(digest: Digest, said: Words) -> Iterator[Omission]:
    for left_out in digest.left_out:
        article = left_out.article
        title, source = headline(article, said), line(article.source)
        yield Omission(title=title, url=_link(article.url), source=source, reason=line(left_out.reason))


def _troubles(digest: Digest) -> Iterator[Trouble]:
    for failure in digest.failures:
        yield Trouble(source=line(failure.source), error=line(failure.error))


def _face(brand: Brand, title: str) -> Face:
    return Face(
        name=title,
        accent=legible(brand.accent, PAPER),
        accent_dark=legible(brand.accent, NIGHT),
        logo=_link(brand.logo),
        address=line(brand.address),
    )
