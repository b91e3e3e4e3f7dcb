"""Clean entries into articles: encodings repaired, body text only, a canonical URL, the language detected.

The order matters: lines are classified before they are trimmed, because trimming could hide a repeated line.
Pure: times come from the entries.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from html import unescape
from itertools import groupby
from operator import attrgetter
from typing import Protocol
from urllib.parse import urlsplit

from digest.clean.authors import clean_author
from digest.clean.boilerplate.classify import classify_lines, lines_of
from digest.clean.boilerplate.learned import find_learned, learn
from digest.clean.boilerplate.lines import BODY, Line
from digest.clean.inserts import without_inserts
from digest.clean.paragraphs import trim_paragraphs, without_preface, without_truncated_sentence
from digest.clean.titles import find_headline, without_outlet
from digest.model.articles import Article, BodyFormat, Entry, Image
from digest.model.boilerplate import LearnedBoilerplate
from digest.text.blocks import Block, blocks_from_text
from digest.text.courtesies import is_courtesy
from digest.text.encoding import repair
from digest.text.language import detect_language
from digest.text.lists import join_lists
from digest.text.opinion import has_opinion_signs
from digest.text.sentences import sentences
from digest.text.transcripts import speaker_turns, without_speaker
from digest.text.urls import canonical_url, is_web_url, outlet_domain, url_identity

#: Characters of a title, at most.
_MAX_TITLE = 300
#: Paragraphs in which the first sentence of an untitled text is looked for.
_TITLE_PARAGRAPHS = 5
#: Blocks of an article, at most: as many as the paragraphs of a thick book. It limits the time for a hostile document.
_MAX_BLOCKS = 5_000
#: Rounds of trimming and classification, at most: usually two. It limits the time for a hostile document.
_MAX_ROUNDS = 20
#: Lines at the beginning of a text that may label it, at most.
_LABEL_LINES = 4
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
#: Width and height of a picture, at least: a smaller one is an icon or a tracking pixel.
_MIN_PIXELS = 32

#: Articles, and the learned boilerplate of their sources by source id.
CleanedBatch = tuple[list[Article], dict[str, LearnedBoilerplate]]


def clean(entries: Sequence[Entry], *, learned: Mapping[str, LearnedBoilerplate] | None = None) -> tuple[Article, ...]:
    """One article for each entry, in order. An entry without readable text gives an article without paragraphs.

    ``learned``: the learned boilerplate by source id.
    """
    return clean_and_learn(entries, learned=learned)[0]


def clean_and_learn(
    entries: Sequence[Entry], *, learned: Mapping[str, LearnedBoilerplate] | None = None
) -> tuple[tuple[Article, ...], Mapping[str, LearnedBoilerplate]]:
    """The articles, and the learned boilerplate with theirs added. Pass new entries only, so that each counts once."""
    documents = [(entry, lines_of(join_lists(_blocks(entry)[:_MAX_BLOCKS]))) for entry in entries]
    updated = learn([(entry.source_id, lines) for entry, lines in documents], learned)
    common = {source_id: counts.common_lines() for source_id, counts in updated.items()}
    articles = (_article(entry, lines, find_learned(lines, common[entry.source_id])) for entry, lines in documents)
    return tuple(articles), updated


def clean_by_source(entries: Sequence[Entry], learned: Mapping[str, LearnedBoilerplate]) -> CleanedBatch:
    """Clean the entries source by source, while the caches hold the lines of that source."""
    articles: list[Article] = []
    updated: dict[str, LearnedBoilerplate] = {}
    for group in group_by_source(entries):
        source_articles, source_learned = clean_and_learn(group, learned=learned)
        articles += source_articles
        updated |= source_learned
    return articles, updated


def group_by_source(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Consecutive entries of the same source."""
    return (list(group) for _, group in groupby(entries, key=attrgetter("source_id")))


def _blocks(entry: Entry) -> tuple[Block, ...]:
    body = without_preface(entry.body)
    if entry.form is BodyFormat.TEXT:
        return blocks_from_text(body)
    if entry.form is BodyFormat.HTML and "<" not in body and _BLANK_LINE.search(body):
        return blocks_from_text(unescape(body))  # plain text in spite of its format: a video's description
    # The import of lxml takes time, and plain text does not need it.
    from digest.text.html import blocks_from_html, blocks_from_markdown, unescape_markup

    if entry.form is BodyFormat.MARKDOWN:
        return blocks_from_markdown(body)
    return blocks_from_html(unescape_markup(body))


def _article(entry: Entry, lines: tuple[Line, ...], learned: frozenset[str]) -> Article:
    is_markup = entry.form is not BodyFormat.TEXT
    first_lines = tuple(_label_lines(lines))
    lines = tuple(map(_without_inserts, lines))
    as_line = _plain if is_markup else _one_line
    source, title = _plain(entry.source), as_line(entry.title)
    if not title:
        labels = classify_lines(lines, learned=learned, is_markup=is_markup)
        at = find_headline(lines, labels)
        if at is not None:
            # A pasted text may be another outlet's.
            title, lines = without_outlet(lines[at].text), lines[:at] + lines[at + 1 :]
    author = as_line(entry.author)
    paragraphs = _paragraphs(
        lines, title=title, author="" if author == source else author, learned=learned, is_markup=is_markup
    )
    language = detect_language("\n".join((title, *paragraphs)), entry.language)
    url = _safe_url(entry.url)
    return Article(
        id=address_id(entry),
        source_id=entry.source_id,
        source=source or outlet_domain(url),
        url=url,
        title=_shortened(without_outlet(title, source, outlet_domain(url)) or _first_sentence(paragraphs, language)),
        paragraphs=paragraphs,
        published=min(entry.published or entry.seen, entry.seen),
        language=language,
        author=_author(author, source, language),
        image=_usable_image(entry.image, title),
        is_opinion=has_opinion_signs(
            url=url,
            title=as_line(entry.title),
            source=source,
            author=author,
            sections=entry.sections,
            first_lines=first_lines,
        ),
    )


def _author(author: str, source: str, language: str) -> str:
    """The author's names; none where the outlet names itself."""
    cleaned = clean_author(author, language)
    return "" if cleaned.casefold() == source.casefold() else cleaned


def _label_lines(lines: Sequence[Line]) -> Iterator[str]:
    """The lines down to the first whole sentence: a label of the whole text stands there. A menu's items are none."""
    for line in lines[:_LABEL_LINES]:
        if line.block.kind != "item":
            yield line.text
        if line.ends_sentence and not line.text.endswith(":"):
            return


def _paragraphs(
    lines: Sequence[Line], *, title: str, author: str, learned: frozenset[str], is_markup: bool
) -> tuple[str, ...]:
    """The body's paragraphs, trimmed.

    Trimming makes lines shorter, and some rules are for short lines only: so the lines are classified again, until
    there is nothing left to trim.
    """
    lines, trimmed = list(lines), tuple[str, ...]()
    for _ in range(_MAX_ROUNDS):
        labels = classify_lines(lines, title=title, author=author, learned=learned, is_markup=is_markup)
        body = [at for at, label in enumerate(labels) if label is BODY]
        texts = tuple(lines[at].text for at in body)
        trimmed = trim_paragraphs(texts, title)
        if trimmed == texts:
            break
        for at, text in zip(body, trimmed, strict=True):
            lines[at] = _with_text(lines[at], text)
    return tuple(dict.fromkeys(trimmed))  # trimming may have made two equal


def _without_inserts(line: Line) -> Line:
    return _with_text(line, without_truncated_sentence(without_inserts(line.text)))


def _with_text(line: Line, text: str) -> Line:
    return line if text == line.text else lines_of([replace(line.block, text=text)])[0]


def _one_line(text: str) -> str:
    """The plain text on one line."""
    return " ".join(repair(text).split())


def _plain(html: str) -> str:
    """The HTML as plain text on one line."""
    if "<" not in html and "&" not in html:
        return _one_line(html)
    from digest.text.html import plain_text

    return plain_text(html)


def _first_sentence(paragraphs: Sequence[str], language: str) -> str:
    """The first sentence that is no greeting; of a transcript, without the speaker's name."""
    texts = paragraphs[:_TITLE_PARAGRAPHS]
    if speaker_turns(paragraphs):
        texts = [without_speaker(text) for text in texts]
    first = [sentence for text in texts for sentence in sentences(text[: 4 * _MAX_TITLE], language)]
    return next((sentence for sentence in first if not is_courtesy(sentence)), first[0] if first else "")


def _shortened(title: str) -> str:
    """The title cut at a word, if it is longer than any headline."""
    if len(title) <= _MAX_TITLE:
        return title
    return title[:_MAX_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:–—-") + "…"


def _safe_url(url: str) -> str:
    """A web URL in canonical form, a file URL as it is; empty for any other."""
    if is_web_url(url.strip()):
        return canonical_url(url)
    return url if urlsplit(url).scheme == "file" and url.isprintable() else ""


class _Addressed(Protocol):
    """An entry, or the identity of a stored article."""

    @property
    def source_id(self) -> str: ...
    @property
    def guid(self) -> str: ...
    @property
    def url(self) -> str: ...


def address_id(item: _Addressed) -> str:
    """The id of the article at the item's address; of an item without one, by its source and GUID.

    ``pipeline/article_ids.py`` gives others to further items of a document at the same address.
    """
    url = item.url.strip()
    return hash_id(url_identity(url) if is_web_url(url) else f"{item.source_id}\0{item.guid}")


def hash_id(key: str) -> str:
    """An article's id: 24 hexadecimal digits."""
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _usable_image(image: Image | None, title: str) -> Image | None:
    """The picture with an alternative text; none if its URL is unsafe or its size small or unknown."""
    if image is None or not is_web_url(image.url) or min(image.width or 0, image.height or 0) < _MIN_PIXELS:
        return None
    return replace(image, alt=_plain(image.alt) or title)
