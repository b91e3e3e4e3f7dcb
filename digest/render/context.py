"""From a digest to what a template sees. No HTML, no layout."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from digest.model import Article, Brand, Brief, Digest, Images, Sentence
from digest.render.context_types import Face, Mention, Omission, Page, Passage, Picture, Telling, Trouble
from digest.render.contrast import legible
from digest.render.delivery_placeholders import BARE_PLACEHOLDERS, GREETING_PLACEHOLDER
from digest.render.embedded_images import MAX_WIDTH
from digest.render.locale import Words, direction, long_date, short_time, words
from digest.render.options import RenderOptions
from digest.render.plain_text import clip, line
from digest.text.urls import is_web_url

LONGEST_TITLE = 300
#: Mail programs show 40 to 90 characters of a subject and about 140 of a preheader.
_LONGEST_SUBJECT = 120
_LONGEST_PREHEADER = 140
_LONGEST_NAME = 60
_WORDS_A_MINUTE = 230
_CHARACTERS_A_MINUTE = 500
#: What was left out and what failed is told of so many; the stories need the room.
_MOST_NOTES = 40
#: Of a brand that names none.
_ACCENT = "#1f5f8b"
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LANGUAGE = re.compile("[a-z]{2,3}")
#: The grounds that the accent has to be legible on: tests hold the style sheet to them.
PAPER, NIGHT = "#ffffff", "#1b1d21"


def page(digest: Digest, look: RenderOptions) -> Page:
    """The digest as a template sees it, whole and in the order of the digest; `Page.cut` makes it one that fits."""
    said = words(digest.language)
    today = digest.slot.due.astimezone(ZoneInfo(digest.newsletter.timezone))
    stories = tuple(_telling(brief, today, said, digest.newsletter.images) for brief in digest.briefs)
    title = _name(look.brand.name or digest.newsletter.title) or said.untitled
    subject = _subject(title, stories, said)
    omissions, troubles = _MOST_NOTES * look.show_left_out, _MOST_NOTES * look.show_failures
    return Page(
        title=title,
        subject=subject,
        preheader=_preheader(subject, stories, said),
        greeting=GREETING_PLACEHOLDER if digest.newsletter.greeting else "",
        date=long_date(today, said),
        language=_tag(digest.language, said),
        direction=direction(digest.language),
        minutes=said.minutes.format(n=reading_minutes(digest)),
        contents=False,
        stories=stories,
        sections=(),
        more=(),
        beyond=0,
        left_out=tuple(itertools.islice(_omissions(digest, said), omissions)),
        left_out_beyond=max(0, len(digest.left_out) - omissions) if omissions else 0,
        failures=tuple(itertools.islice(_troubles(digest), troubles)),
        failures_beyond=max(0, len(digest.failures) - troubles) if troubles else 0,
        brand=_face(look.brand, title),
        links=look.links,
        reason=look.reason or (said.reason.format(title=title) if look.links.unsubscribe else ""),
        words=said,
    )


def reading_minutes(digest: Digest) -> int:
    """How long the edition takes to read, at least a minute."""
    texts = [sentence.text for brief in digest.briefs for sentence in brief.sentences]
    texts += [brief.story.lead.title for brief in digest.briefs]
    signs = sum(len(_CJK.findall(text)) for text in texts)
    spaced = sum(len(_CJK.sub(" ", text).split()) for text in texts)
    return max(1, math.ceil(spaced / _WORDS_A_MINUTE + signs / _CHARACTERS_A_MINUTE))


def _telling(brief: Brief, today: datetime, said: Words, images: Images) -> Telling:
    lead = brief.story.lead
    cited = {sentence.article.id for sentence in brief.sentences}
    names = _names(brief.story.all_articles, said)
    return Telling(
        number=0,
        anchor="",
        title=headline(lead, said),
        url=_link(lead.url),
        source=_name(lead.source),
        author=_name(lead.author),
        time=_time(lead, today, said),
        language=_tag(lead.language, said),
        direction=direction(lead.language),
        section=_name(brief.ranked.section),
        update=brief.ranked.update,
        passages=tuple(_passages(brief.sentences, names)),
        several=bool(cited - {lead.id}),
        also=tuple(
            Mention(
                title=headline(article, said),
                url=_link(article.url),
                name=names[article.id],
                source=_name(article.source),
                time=_time(article, today, said),
            )
            for article in (*brief.story.articles[1:], *brief.story.near_duplicates)
        ),
        image=_picture(lead, images),
    )


def headline(article: Article, said: Words) -> str:
    """The article's title on one line; where it has none, how the article begins."""
    title = line(article.title) or line(next(iter(article.paragraphs), "")) or _name(article.source)
    return clip(title, LONGEST_TITLE) or said.untitled


def _passages(sentences: Sequence[Sentence], names: Mapping[str, str]) -> Iterator[Passage]:
    for _, run in itertools.groupby(sentences, key=lambda sentence: sentence.article.id):
        row = list(run)
        article = row[0].article
        # Chinese and Japanese put nothing between two sentences.
        text = ("" if article.language in {"ja", "zh"} else " ").join(line(sentence.text) for sentence in row)
        source = _name(article.source)
        yield Passage(text=text, name=names.get(article.id, source), source=source, url=_link(article.url))


def _names(articles: Sequence[Article], said: Words) -> dict[str, str]:
    """By article, what tells it from the story's others: its outlet's name, and its title where that is not enough."""
    outlets = [_name(article.source) for article in articles]

    def name(article: Article, outlet: str) -> str:
        if outlet and outlets.count(outlet) == 1:
            return outlet
        title = clip(headline(article, said), _LONGEST_NAME)
        return title if len(set(outlets)) == 1 or not outlet else f"{outlet}: {title}"

    return {article.id: name(article, outlet) for article, outlet in zip(articles, outlets, strict=True)}


def _name(text: str) -> str:
    """What somebody or something is called; never so long that there is no room for a story."""
    return clip(line(text), LONGEST_TITLE)


def _tag(language: str, said: Words) -> str:
    """What a page says of a text's language: the mail's own where it is not known."""
    return language if _LANGUAGE.fullmatch(language) and language != "und" else said.language


def _time(article: Article, today: datetime, said: Words) -> str:
    return short_time(article.published.astimezone(today.tzinfo), today, said)


def _picture(article: Article, images: Images) -> Picture | None:
    """The article's image as it is shown; linked without encryption it would tell everyone on the way who reads it."""
    image = article.image
    if image is None or images == "none" or not _link(image.url):
        return None
    if images == "linked" and not image.url.startswith("https://"):
        return None
    width, height = max(0, image.width or 0), max(0, image.height or 0)
    # Outlook heeds nothing but the attributes: there, a wider one would tear the page apart.
    if width > MAX_WIDTH:
        width, height = MAX_WIDTH, round(height * MAX_WIDTH / width)
    return Picture(url=image.url, alt=_name(image.alt), width=str(width or ""), height=str(height or ""))


def _link(url: str) -> str:
    """The address if a mail may link to it: never a file on this machine, never a script."""
    return url if is_web_url(url) and not any(one in url for one in BARE_PLACEHOLDERS) else ""


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
        title, source = headline(article, said), _name(article.source)
        yield Omission(
            title=title,
            url=_link(article.url),
            source=source,
            language=_tag(article.language, said),
            direction=direction(article.language),
            reason=_name(left_out.reason),
        )


def _troubles(digest: Digest) -> Iterator[Trouble]:
    for failure in digest.failures:
        yield Trouble(source=_name(failure.source), error=_name(failure.error))


def _face(brand: Brand, title: str) -> Face:
    accent = brand.accent or _ACCENT
    return Face(
        name=title,
        accent=legible(accent, PAPER),
        accent_dark=legible(accent, NIGHT),
        logo=_link(brand.logo),
        address=_name(brand.address),
    )
