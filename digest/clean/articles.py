"""Entry → Article: encodings mended, body text only, a canonical URL, a known language.

Order matters: what is no text goes out first, then lines are judged (repetition counts before anything is cut),
then what is left is trimmed. Pure; the clock is in the entries.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter
from urllib.parse import urlsplit

from digest.clean.boilerplate.classify import judge, read
from digest.clean.boilerplate.labels import BODY
from digest.clean.boilerplate.learned import furniture, learn
from digest.clean.boilerplate.lines import Line
from digest.clean.paragraphs import trimmed, whole
from digest.clean.titles import headline, without_outlet
from digest.model import Article, BodyFormat, Entry, Image
from digest.model.boilerplate import LearnedBoilerplate
from digest.text.blocks import Block, blocks_from_text
from digest.text.encoding import repair
from digest.text.language import detect_language
from digest.text.sentences import sentences
from digest.text.urls import canonical_url, is_web_url, outlet_domain, url_identity

#: Letters of a title.
_LONGEST_TITLE = 300
#: Paragraphs of an article: the length of a thick book, but not of what is made to take long.
_MOST_BLOCKS = 5_000
#: A smaller picture is a sign, or counts readers.
_LEAST_PIXELS = 32

#: Articles, and what is known of their sources' furniture now, by the sources' ids.
CleanedBatch = tuple[list[Article], dict[str, LearnedBoilerplate]]


def clean(entries: Sequence[Entry], *, learnt: Mapping[str, LearnedBoilerplate] | None = None) -> tuple[Article, ...]:
    """One article for each entry, in order; one without readable text has no paragraphs.

    ``learnt`` is what earlier articles taught of each source's furniture, by its id.
    """
    return clean_and_learn(entries, learnt=learnt)[0]


def clean_and_learn(
    entries: Sequence[Entry], *, learnt: Mapping[str, LearnedBoilerplate] | None = None
) -> tuple[tuple[Article, ...], Mapping[str, LearnedBoilerplate]]:
    """The articles, and what is known of their sources' furniture now. An entry teaches once: not when edited."""
    told = [(entry, read(_blocks(entry)[:_MOST_BLOCKS])) for entry in entries]
    now = learn([(entry.source_id, lines) for entry, lines in told], learnt)
    common = {source_id: known.common_lines() for source_id, known in now.items()}
    return tuple(_article(entry, lines, furniture(lines, common[entry.source_id])) for entry, lines in told), now


def clean_by_source(entries: Sequence[Entry], learnt: Mapping[str, LearnedBoilerplate]) -> CleanedBatch:
    """One source after the other: what is said of its lines is remembered while it is of use."""
    cleaned: list[Article] = []
    known: dict[str, LearnedBoilerplate] = {}
    for some in group_by_source(entries):
        found, now = clean_and_learn(some, learnt=learnt)
        cleaned += found
        known |= now
    return cleaned, known


def group_by_source(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries of each source, where they stand together."""
    return (list(some) for _, some in groupby(entries, key=attrgetter("source_id")))


def _blocks(entry: Entry) -> tuple[Block, ...]:
    if entry.form is BodyFormat.TEXT:
        return blocks_from_text(entry.body)
    from digest.text.html import blocks_from_html, blocks_from_markdown  # lxml: text files do without

    return blocks_from_markdown(entry.body) if entry.form is BodyFormat.MARKDOWN else blocks_from_html(entry.body)


def _article(entry: Entry, lines: tuple[Line, ...], known: frozenset[str]) -> Article:
    marked = entry.form is not BodyFormat.TEXT
    lines = tuple(map(_uncut, lines))
    source, title = _plain(entry.source), _plain(entry.title)
    if not title:
        verdicts = judge(lines, known=known, marked=marked)
        at = headline(lines, verdicts)
        if at is not None:
            title, lines = lines[at].text, lines[:at] + lines[at + 1 :]
    verdicts = judge(lines, title=title, known=known, marked=marked)
    body = [line.text for line, verdict in zip(lines, verdicts, strict=True) if verdict is BODY]
    paragraphs = trimmed(body, title)
    language = detect_language("\n".join((title, *paragraphs)), entry.language)
    url = _url(entry.url)
    return Article(
        id=_id(entry, url),
        source_id=entry.source_id,
        source=source or outlet_domain(url),
        url=url,
        title=_short(without_outlet(title, source, outlet_domain(url)) or _first(paragraphs, language)),
        paragraphs=paragraphs,
        published=min(entry.published or entry.seen, entry.seen),
        language=language,
        author=_plain(entry.author),
        image=_image(entry.image, title),
    )


def _uncut(line: Line) -> Line:
    text = whole(line.text)
    return line if text == line.text else read([replace(line.block, text=text)])[0]


def _plain(text: str) -> str:
    if "<" not in text and "&" not in text:
        return " ".join(repair(text).split())
    from digest.text.html import plain_text

    return plain_text(text)


def _first(paragraphs: Sequence[str], language: str) -> str:
    """The first sentence."""
    return next(iter(sentences(paragraphs[0][: 4 * _LONGEST_TITLE], language)), "") if paragraphs else ""


def _short(title: str) -> str:
    """A title that a reader may take in; no headline is longer."""
    if len(title) <= _LONGEST_TITLE:
        return title
    return title[:_LONGEST_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _url(url: str) -> str:
    """A web address in its canonical form, a file's as it is; anything else is none."""
    if is_web_url(url.strip()):
        return canonical_url(url)
    return url if urlsplit(url).scheme == "file" and url.isprintable() else ""


def _id(entry: Entry, url: str) -> str:
    key = url_identity(url) if is_web_url(url) else f"{entry.source_id}\0{entry.guid}"
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _image(image: Image | None, title: str) -> Image | None:
    """A picture with all that a mail needs to show it well, or none: its size, and words in its place."""
    if image is None or not is_web_url(image.url) or min(image.width or 0, image.height or 0) < _LEAST_PIXELS:
        return None
    return replace(image, alt=_plain(image.alt) or title)
