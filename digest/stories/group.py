"""group: articles about one event become one story, across outlets and days; near-copies collapse into it.

Nothing here looks at all pairs: an index of terms finds each article's few neighbours, and only those are compared.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from digest.model import Article, Story
from digest.stories.clusters import clusters, fade
from digest.stories.near_duplicates import copies
from digest.stories.vectors import Floats, Ints, Vectors, drawn_together, neighbours, tf_idf
from digest.text.stop_words import stop_words
from digest.text.urls import is_web_url
from digest.text.words import stems, words

#: How alike two groups' articles must be to be one story, where they say much; less where they say little,
#: half at so many terms (a bare title has six).
_BAR, _BAR_TERMS = 0.78, 12
#: Of how many texts on rarity is known; and the power that a bar is raised to where nothing is known of it.
_MANY, _FEW = 3000, 0.2
#: No bar is higher: whole articles on one event are so alike, however few there are.
_MOST = 0.72
#: How much time says of texts that say nothing themselves: of bare titles two thirds of it, of articles hardly any.
_TIME = 1.15
#: A title says what an article is about: each of its words counts so often.
_TITLE = 2
#: Names and numbers tell two alike events apart: they weigh so many times more.
_NAME = 1.75
#: Words of the body that speak: an event is told at the top; and letters of it that are read at all.
_TOP, _TOP_LETTERS = 500, 20_000
#: Neighbours whose words fill an article out, and how many terms it then has.
_NEIGHBOURS, _TERMS = 7, 250
#: Neighbours that an article is compared with when stories form.
_EDGES = 20
#: Words from which on an article is not the fuller for more.
_FULL = 1000


def group(articles: Sequence[Article], *, weights: Mapping[str, float] | None = None) -> tuple[Story, ...]:
    """The articles as stories, each article in exactly one; ``weights`` are the sources' (1 if absent).

    The same articles give the same stories in the same order, whatever order they come in.
    """
    ordered = sorted(articles, key=lambda article: (article.published, article.id, article.url))
    told = (_told(part, language, weights or {}) for language, part in sorted(_by_language(ordered).items()))
    return tuple(sorted(chain.from_iterable(told), key=lambda story: (story.lead.published, story.lead.id)))


def _by_language(articles: Iterable[Article]) -> dict[str, list[Article]]:
    """Stories don't cross languages. A bare title is too short to tell its own: it is in that of its source."""
    spoken: dict[str, Counter[str]] = defaultdict(Counter)
    parts: dict[str, list[Article]] = defaultdict(list)
    listed = list(articles)
    for article in listed:
        spoken[article.source_id][article.language] += 1
    for article in listed:
        languages = spoken[article.source_id]
        usual = min(languages, key=lambda tag: (-languages[tag], tag))
        parts[article.language if article.paragraphs else usual].append(article)
    return parts


def _told(articles: Sequence[Article], language: str, weights: Mapping[str, float]) -> Iterable[Story]:
    """The stories of one language."""
    preferred = sorted(articles, key=lambda article: _preference(article, weights))
    texts = [_Text.of(article, language) for article in preferred]
    copied: dict[int, list[int]] = defaultdict(list)
    for at, original in enumerate(copies([text.body or text.title for text in texts])):
        copied[original].append(at)
    kept = sorted(copied, key=lambda at: (preferred[at].published, preferred[at].id))
    hours = np.array([preferred[at].published.timestamp() / 3600 for at in kept])
    for members in _clusters([texts[at] for at in kept], hours):
        places = sorted(kept[member] for member in members)
        doubles = (at for place in places for at in copied[place] if at != place)
        yield Story(
            articles=tuple(preferred[at] for at in places), near_duplicates=tuple(preferred[at] for at in doubles)
        )


def _preference(article: Article, weights: Mapping[str, float]) -> tuple[object, ...]:
    """What makes a lead: a link that readers can open, a weighty source, a full text, and being first."""
    fullness = weights.get(article.source_id, 1.0) * math.log2(min(article.words, _FULL) + 8)
    return not is_web_url(article.url), -round(fullness, 6), article.published, article.id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """The words of an article's title and of the top of its body."""

    language: str
    title: tuple[str, ...]
    body: tuple[str, ...]

    @classmethod
    def of(cls, article: Article, language: str) -> _Text:
        top = " ".join(article.paragraphs)[:_TOP_LETTERS]
        return cls(language=language, title=words(article.title, language), body=words(top, language))

    def terms(self) -> dict[str, float]:
        """What it speaks of: stems of its telling words, the title's counted more often."""
        counts: Counter[str] = Counter()
        for found, times in ((self.title, _TITLE), (self.body[:_TOP], 1)):
            for stem in stems(_telling(found, self.language), self.language):
                counts[stem] += times
        return dict(counts)


def _telling(found: Iterable[str], language: str) -> list[str]:
    stop = stop_words(language)
    return [
        word for word in found if word.lower() not in stop and (len(word) > 1 or not word.isascii() or word.isdigit())
    ]


def _names(texts: Iterable[_Text]) -> dict[str, float]:
    """Terms that bodies mostly write as names or numbers, with their emphasis: they tell two alike events apart."""
    seen: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for text in texts:
        found = _telling(text.body[:_TOP], text.language)
        written = stems(found, text.language)
        seen.update(written)
        named.update(stem for word, stem in zip(found, written, strict=True) if word[0].isupper() or word[0].isdigit())
    return {stem: _NAME for stem, times in named.items() if times > seen[stem] / 2}


def _clusters(texts: Sequence[_Text], hours: Floats) -> list[list[int]]:
    """Places in ``texts`` that tell one story."""

    plain = tf_idf([text.terms() for text in texts], _names(texts))
    says = np.minimum(1.0, _TIME * _little(plain) ** 2)

    def faded(row: int, others: Ints) -> Floats:
        return fade(np.abs(hours[others] - hours[row]), (says[others] + says[row]) / 2)

    drawn = drawn_together(plain, neighbours(plain, _NEIGHBOURS, faded), _TERMS)
    return clusters(drawn, neighbours(drawn, _EDGES, faded), bars=_bars(plain), hours=hours, says=says)


def _bars(plain: Vectors) -> Floats:
    """How alike each text wants the others of its story: the less it says the less, the fewer texts the more.

    Few texts don't tell which words are rare, so that strangers look alike.
    """
    known = min(1.0, math.log(max(len(plain), 2)) / math.log(_MANY))
    bars = (_BAR * (1 - _little(plain))) ** (_FEW + (1 - _FEW) * known)
    return np.asarray(np.minimum(_MOST, bars))


def _little(plain: Vectors) -> Floats:
    """How little each text says: 1 for nothing, near 0 for an article."""
    return np.asarray(_BAR_TERMS / (np.diff(plain.starts) + _BAR_TERMS))
