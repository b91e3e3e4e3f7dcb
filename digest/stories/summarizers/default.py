"""Our own summarizer, on sumy's ``AbstractSummarizer``: position and topic weighed, told once, standing alone.

A sentence is worth more the earlier it stands in its article, the more the story speaks of its words, and the more of
the title it has; less if it says little, or quotes. Each next one is taken for what it adds: a word already told counts
for less, an outlet not yet heard counts for it. A sentence that leans on the one before it is told only right after
that one; those that say "today" and those that say again what was told come last.

The weights were chosen on a plateau, not at a peak: ``tests/bench/quality`` measures what they are worth.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sumy.models.dom import ObjectDocumentModel  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.anaphora import is_part, leans, quotes, says_when
from digest.stories.summarizers.budget import content, is_next
from digest.stories.summarizers.greedy import Count, taken
from digest.stories.summarizers.lead import lead
from digest.stories.summarizers.matrix import Bags, Numbers
from digest.stories.summarizers.sumy_document import document, taking
from digest.stories.unique import distinct
from digest.text.stop_words import stop_words
from digest.text.words import stemmer

Values = NDArray[np.float64]

_POSITION, _TOPIC, _TITLE, _FULLNESS, _QUOTATION = 0.6, 1.5, 0.2, 0.2, -0.2
#: Telling words from which on a sentence is not the fuller for more.
_FULL = 5
#: What a sentence loses that says "today", or of whose words so large a share was told.
_LAST, _SAID = 3.0, 2 / 3
#: What a sentence gains for the voice of an outlet not yet heard.
_NEW_OUTLET = 0.5
#: How sharply worth falls from an article's beginning: the smaller, the more the first sentence stands out.
_SHARPNESS = 0.2


class Default:
    """Chooses by ``Weighed``; the opening sentences where the language has no stop words."""

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        if not stop_words(language):
            return lead(candidates, budget, language=language)
        whole = [candidate for candidate in candidates if not is_part(candidate)]
        leaning = frozenset(id(candidate) for candidate in whole if leans(candidate.text, language))
        chosen = partial(self._chosen, budget=budget, language=language)
        return chosen(whole, leaning) or chosen(candidates, frozenset())

    @staticmethod
    def _chosen(
        candidates: Sequence[Candidate], leaning: frozenset[int], *, budget: Budget, language: str
    ) -> tuple[Candidate, ...]:
        def is_leaning(candidate: Candidate) -> bool:
            return id(candidate) in leaning

        count = taking(budget, language, leans=is_leaning)
        chosen = Weighed(language, is_leaning)(document(candidates, language), count)
        return tuple(sentence.candidate for sentence in chosen)


class Weighed(AbstractSummarizer):  # type: ignore[misc]  # sumy has no types
    """sumy's kind of summarizer: rates a document's sentences, and takes as many as ``sentences_count`` allows."""

    def __init__(self, language: str, is_leaning: Callable[[Candidate], bool]) -> None:
        super().__init__(stemmer(language))
        self._language = language
        self._is_leaning = is_leaning

    def __call__(self, document: ObjectDocumentModel, sentences_count: Count) -> tuple[Any, ...]:
        """The sentences in reading order; no more of them are weighed than are taken."""
        candidates = [sentence.candidate for sentence in document.sentences]
        waiting = [self._is_leaning(candidate) for candidate in candidates]
        return taken(document.sentences, _order(candidates, waiting, self._language), sentences_count)


def _order(candidates: Sequence[Candidate], leaning: Sequence[bool], language: str) -> Iterator[int]:
    """The candidates' places, the one to take first, first; one that leans only once the one before it is there."""
    if not candidates:
        return
    bags = [content(candidate.text, language) for candidate in candidates]
    told = Bags([sorted(bag) for bag in bags])  # a set's own order changes from run to run
    worth, topic = _worth(candidates, bags, language), Topic(told, candidates)
    outlets = np.array([candidate.article.source for candidate in candidates])
    heard, waiting = np.zeros(len(candidates), dtype=bool), np.array(leaning, dtype=bool)
    while np.isfinite(free := np.where(waiting, -np.inf, worth)).any():
        best = int(np.argmax(free + _TOPIC * topic.worth() - _LAST * (topic.said() > _SAID) - _NEW_OUTLET * heard))
        yield best
        worth[best] = -np.inf
        if best + 1 < len(candidates) and is_next(candidates[best + 1], candidates[best]):
            waiting[best + 1] = False
        topic.tell(best)
        heard |= outlets == outlets[best]


def _worth(candidates: Sequence[Candidate], bags: Sequence[frozenset[str]], language: str) -> Values:
    """What each sentence is worth by itself; every part is counted in standard deviations: the weights compare."""
    title = content(candidates[0].article.title, language)
    named = [len(bag & title) / max(len(title), 1) for bag in bags]
    quoting = [float(quotes(candidate.text)) for candidate in candidates]
    full = [float(min(len(bag), _FULL)) for bag in bags]
    parts = (
        (_POSITION, _earliness(candidates)),
        (_TITLE, named),
        (_FULLNESS, full),
        (_QUOTATION, quoting),
    )
    worth = sum((weight * _standard(values) for weight, values in parts), np.zeros(len(candidates)))
    last = [says_when(candidate.text, language) for candidate in candidates]
    return worth - _LAST * np.array(last, dtype=float)


class Topic:
    """How much the story speaks of each sentence's words, the less of those that were told."""

    def __init__(self, told: Bags, candidates: Sequence[Candidate]) -> None:
        self._told = told
        self._lengths = np.maximum(np.bincount(told.owner, minlength=told.size), 1)
        #: In how many sentences each word stands, times in how many articles: both speak, as logarithms.
        self._mentions = np.stack([told.spread, _articles_with(told, candidates)])
        self._times = np.zeros(len(told.spread))
        first = self._sums()
        self._mean, self._spread = float(first.mean()), float(first.std())

    def worth(self) -> Values:
        """In standard deviations of what it was before anything was told."""
        return (self._sums() - self._mean) / self._spread if self._spread > 1e-9 else np.zeros(self._told.size)

    def tell(self, at: int) -> None:
        self._times[self._told.words_of(at)] += 1

    def said(self) -> Values:
        """The share of each sentence's words that were told."""
        told = (self._times > 0)[self._told.word]
        return np.asarray(np.bincount(self._told.owner, weights=told, minlength=self._told.size) / self._lengths)

    def _sums(self) -> Values:
        weights = np.log(np.maximum(self._mentions / (1 + self._times), 1)).sum(axis=0)
        sums = np.bincount(self._told.owner, weights=weights[self._told.word], minlength=self._told.size)
        return np.asarray(sums / self._lengths)


def _articles_with(told: Bags, candidates: Sequence[Candidate]) -> Numbers:
    """In how many articles each word stands."""
    number: dict[str, int] = defaultdict(lambda: len(number))
    holder = np.array([number[candidate.article.id] for candidate in candidates], dtype=np.intp)
    if len(number) < 2:
        return np.ones_like(told.spread)
    held = distinct(told.word * len(number) + holder[told.owner])
    return np.bincount(held // len(number), minlength=len(told.spread))


def _earliness(candidates: Sequence[Candidate]) -> list[float]:
    """How near the beginning of its article each sentence stands, by the article's own length."""
    last = {candidate.article.id: candidate.position for candidate in candidates}
    return [-math.log(_SHARPNESS + candidate.position / (1 + last[candidate.article.id])) for candidate in candidates]


def _standard(values: Sequence[float]) -> Values:
    """In standard deviations from the mean; all 0 where nothing differs."""
    array = np.array(values, dtype=float)
    array -= array.sum() / len(array)
    spread = math.sqrt(array.dot(array) / len(array))  # numpy's own takes four times as long
    return array / spread if spread > 1e-9 else np.zeros(len(array))
