"""A reader's measure of real days of news: shares of briefs with what makes a brief good or hard to read.

The rules are simple on purpose, and none is taken from the code that they measure. They show where to look; whether a
brief is better is for people to judge (``python -m tests.bench.quality.blind_pairs``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from digest.model.stories import Brief
from tests.bench.quality.days import compose_day, day_folders, original_texts
from tests.bench.quality.table import Row

SYSTEMS = ("default", "lead", "lex-rank", "text-rank", "lsa")

Texts = Mapping[str, Sequence[str]]

_COMMON_WORDS = (
    "a an the of in on at to for and or but is are was were be been has have had he she it they we you i his her its "
    "their this that these those with as by from not no will would can could may after before over under into about "
    "than more most new says said say how why what who when"
)
_COMMON = frozenset(_COMMON_WORDS.split())
#: Openings that need what isn't there: contractions, pronouns and connectives.
_LEANING = re.compile(
    r"[\"“'‘]?(?:(?:that|it|he|she|they|we|i|you|there|here|this|these|what|who)[’'](?:s|re|ve|d|ll|m)\b"
    r"|(?:he|she|they|it|his|her|their|its|him|them|this|that|these|those|but|and|or|so|also|however|still|then)\b"
    r"(?![’']))",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"\b[A-Z][\w’'-]*[\w]\b")
_FULL_NAME = re.compile(r"\b[A-Z][\w’'.-]+ (?=([A-Z][\w-]{2,})\b)")
_FIGURE = re.compile(r"\d[\d,.]*\d|\d")
_POSSESSIVE = re.compile(r"[’']s?$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’]* +(?=[\"“A-Z0-9])")
_DATELINE = re.compile(
    r"^(?:[A-Z][A-Z .,’'-]{2,40}(?:\([^)]{1,20}\))?\s*[—–-]+\s*|\([A-Z][\w ]{1,15}\)\s*[—–-]*\s*|--+\s*)"
)
#: Words of a paragraph at least, so that it is one, and not a caption or a heading.
_PARAGRAPH_WORDS = 7
_FIRST_PARAGRAPHS = 3
#: Words that two texts begin with in common, so that one tells the other's beginning.
_SAME_BEGINNING = 8
_FRAGMENT_WORDS = 5


def measure(shared: Path) -> list[Row]:
    """The shares for the default summarizer, the lead and sumy's methods, over all days and for each."""
    folders = day_folders(shared)
    texts = {folder: original_texts(folder) for folder in folders}
    rows: list[Row] = []
    for system in SYSTEMS if folders else ():
        by_day = [
            [aspects_of(brief, texts[folder]) for brief in compose_day(folder, summarizer=system)] for folder in folders
        ]
        rows += [_row(aspect, system, by_day) for aspect in ASPECTS]
    return sorted(rows, key=lambda row: [*ASPECTS].index(row.task.removeprefix(_TASK)))


_TASK = "briefs of three real days that "


def _row(aspect: str, system: str, by_day: Sequence[Sequence[frozenset[str]]]) -> Row:
    shares = [f"{_share(aspect, day):.0%}" for day in by_day]
    every = [brief for day in by_day for brief in day]
    note = f"{len(every)} briefs; by day {', '.join(shares)}"
    return Row(task=_TASK + aspect, system=system, figure=f"{_share(aspect, every):.1%}", note=note)


def _share(aspect: str, briefs: Sequence[frozenset[str]]) -> float:
    return sum(aspect in brief for brief in briefs) / max(len(briefs), 1)


def aspects_of(brief: Brief, texts: Texts) -> frozenset[str]:
    """The aspects that hold for a brief, by their names in ``ASPECTS``."""
    return frozenset(aspect for aspect, holds in ASPECTS.items() if holds(brief, texts))


def _tells_a_beginning(brief: Brief, texts: Texts) -> bool:
    beginnings = {start for article in brief.story.all_articles for start in _beginnings(texts.get(article.url, ()))}
    return any(_beginning(sentence.text) in beginnings for sentence in brief.sentences)


def _beginnings(paragraphs: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """How the first two sentences of each of an article's first paragraphs begin: the very first may be a caption."""
    for paragraph in [text for text in paragraphs if len(text.split()) >= _PARAGRAPH_WORDS][:_FIRST_PARAGRAPHS]:
        for sentence in _SENTENCE_END.split(paragraph)[:2]:
            yield _beginning(sentence)


def _beginning(text: str) -> tuple[str, ...]:
    """The first words; a dateline ("PARIS (AP) - ") doesn't count, since briefs are without it."""
    body = _DATELINE.sub("", text)
    return tuple(re.findall(r"[a-z0-9]+", body.lower())[:_SAME_BEGINNING])


def _opens_without_a_word_of_its_title(brief: Brief, texts: Texts) -> bool:
    return not _telling_words(brief.sentences[0].text) & _telling_words(brief.story.lead.title)


def _telling_words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 2 and word not in _COMMON}


def _opens_leaning(brief: Brief, texts: Texts) -> bool:
    return bool(_LEANING.match(brief.sentences[0].text))


def _has_a_bare_surname(brief: Brief, texts: Texts) -> bool:
    """A surname alone, of somebody whom the article gave in full before that sentence, and the brief didn't."""
    introduced = {_name(match) for match in _CAPITALISED.findall(brief.story.lead.title)}
    for sentence in brief.sentences:
        before = _text_before(sentence.text, texts.get(sentence.article.url, ()))
        in_full = set(_FULL_NAME.findall(before))
        here = set(_FULL_NAME.findall(sentence.text))
        names = {_name(match) for match in _CAPITALISED.findall(sentence.text)}
        if names & (in_full - here - introduced):
            return True
        introduced |= names
    return False


def _text_before(sentence: str, paragraphs: Sequence[str]) -> str:
    before: list[str] = []
    for paragraph in paragraphs:
        at = paragraph.find(sentence[:40])
        before.append(paragraph if at < 0 else paragraph[:at])
        if at >= 0:
            return "\n".join(before)
    return ""


def _name(word: str) -> str:
    return _POSSESSIVE.sub("", word)


def _has_a_fragment(brief: Brief, texts: Texts) -> bool:
    return any(len(sentence.text.split()) < _FRAGMENT_WORDS for sentence in brief.sentences)


def _tells_a_figure_twice(brief: Brief, texts: Texts) -> bool:
    """The same number with the same word beside it in two sentences; years and single digits don't count."""
    figures = [_figures(sentence.text) for sentence in brief.sentences]
    return any(first & second for first, second in combinations(figures, 2))


def _figures(text: str) -> set[tuple[str, str]]:
    words = text.split()
    pairs: Counter[tuple[str, str]] = Counter()
    for at, word in enumerate(words):
        for figure in _FIGURE.findall(word):
            if len(figure) > 1 and not re.fullmatch(r"(?:19|20)\d\d", figure):
                pairs.update((figure, near) for near in _telling_words(" ".join(words[at + 1 : at + 3])))
    return set(pairs)


def _has_a_title_of_an_outlet_it_does_not_quote(brief: Brief, texts: Texts) -> bool:
    return brief.story.lead.url not in {sentence.article.url for sentence in brief.sentences}


#: What is counted, by the rest of "briefs that …".
ASPECTS = {
    "tell what stands at the beginning of an article": _tells_a_beginning,
    "open without a word of their title": _opens_without_a_word_of_its_title,
    "open leaning on what isn't there": _opens_leaning,
    "name somebody by a bare surname": _has_a_bare_surname,
    "hold a fragment of under five words": _has_a_fragment,
    "tell a figure twice": _tells_a_figure_twice,
    "have the title of an outlet that they don't quote": _has_a_title_of_an_outlet_it_does_not_quote,
}
