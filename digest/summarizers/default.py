"""Our own summarizer, on sumy's ``AbstractSummarizer``: position and topic weighed, told once, standing alone.

A sentence is worth more the earlier it stands in its article, the more the story speaks of its words, and the more of
the title it has; less if it quotes. Each next one is taken for what it adds: likeness to a sentence already taken
counts against it, an outlet not yet heard counts for it. Sentences that lean on what stood before them come last.

The weights were chosen on a plateau, not at a peak: ``tests/bench/quality`` measures what they are worth.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sumy.models.dom import ObjectDocumentModel  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.ports import Budget, Candidate
from digest.summarizers.document import Stemmer, document, taking
from digest.summarizers.fit import content
from digest.summarizers.lead import lead
from digest.summarizers.matrix import Bags, Matrix, cosines
from digest.summarizers.openings import leans, quotes
from digest.text.words import stop_words

Values = NDArray[np.float64]

_POSITION, _TOPIC, _TITLE, _QUOTATION = 0.65, 1.0, 0.2, -0.2
#: What a sentence loses for being like one already taken, and gains for the voice of an outlet not yet heard.
_LIKENESS, _NEW_OUTLET = 1.5, 1.0
#: How sharply worth falls from an article's beginning: the smaller, the more the first sentence stands out.
_SHARPNESS = 0.2


class Default:
    """Chooses by ``Weighed``; the opening sentences where the language has no stop words."""

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        if not stop_words(language):
            return lead(candidates, budget, language=language)
        standing = [candidate for candidate in candidates if not leans(candidate, language)]
        return self._chosen(standing, budget, language) or self._chosen(candidates, budget, language)

    @staticmethod
    def _chosen(candidates: Sequence[Candidate], budget: Budget, language: str) -> tuple[Candidate, ...]:
        chosen = Weighed(language)(document(candidates, language), taking(budget, language))
        return tuple(sentence.candidate for sentence in chosen)


class Weighed(AbstractSummarizer):  # type: ignore[misc]  # sumy has no types
    """sumy's kind of summarizer: rates a document's sentences, and takes as many as ``sentences_count`` allows."""

    def __init__(self, language: str) -> None:
        super().__init__(Stemmer(language))
        self._language = language

    def __call__(self, document: ObjectDocumentModel, sentences_count: int | Callable[..., Any]) -> tuple[Any, ...]:
        told = [sentence.candidate for sentence in document.sentences]
        if not told:
            return ()
        ranks = {at: -rank for rank, at in enumerate(_order(told, self._language))}
        order = iter(range(len(told)))
        chosen: tuple[Any, ...] = self._get_best_sentences(
            document.sentences, sentences_count, lambda _: ranks[next(order)]
        )
        return chosen


def _order(candidates: Sequence[Candidate], language: str) -> list[int]:
    """The candidates' places, the one to take first, first."""
    bags = [content(candidate.text, language) for candidate in candidates]
    worth = _worth(candidates, bags, language)
    alike = _likeness(bags)
    outlets = np.array([candidate.article.source for candidate in candidates])
    order: list[int] = []
    said, heard = np.zeros(len(worth)), np.zeros(len(worth), dtype=bool)
    for _ in candidates:
        best = int(np.argmax(worth - _LIKENESS * said - _NEW_OUTLET * heard))
        order.append(best)
        worth[best] = -np.inf
        np.maximum(said, alike[best], out=said)
        heard |= outlets == outlets[best]
    return order


def _worth(candidates: Sequence[Candidate], bags: Sequence[frozenset[str]], language: str) -> Values:
    """What each sentence is worth by itself; every part is counted in standard deviations: the weights compare."""
    spoken = Counter(chain.from_iterable(bags))
    title = content(candidates[0].article.title, language)
    topic = [math.fsum(math.log(spoken[stem]) for stem in bag) / max(len(bag), 1) for bag in bags]
    named = [len(bag & title) / max(len(title), 1) for bag in bags]
    quoting = [float(quotes(candidate.text)) for candidate in candidates]
    parts = ((_POSITION, _earliness(candidates)), (_TOPIC, topic), (_TITLE, named), (_QUOTATION, quoting))
    return sum((weight * _standard(values) for weight, values in parts), np.zeros(len(candidates)))


def _earliness(candidates: Sequence[Candidate]) -> list[float]:
    """How near the beginning of its article each sentence stands, by the article's own length."""
    last = {candidate.article.id: candidate.position for candidate in candidates}
    return [-math.log(_SHARPNESS + candidate.position / (1 + last[candidate.article.id])) for candidate in candidates]


def _standard(values: Sequence[float]) -> Values:
    """In standard deviations from the mean; all 0 where nothing differs."""
    array = np.asarray(values, dtype=float)
    spread = array.std()
    return (array - array.mean()) / spread if spread > 1e-9 else np.zeros(len(array))


def _likeness(bags: Sequence[frozenset[str]]) -> Matrix:
    """The cosine of every two sentences' TF-IDF vectors."""
    told = Bags([sorted(bag) for bag in bags])  # a set's own order changes from run to run
    return cosines(told, 1 + np.log((1 + told.size) / (1 + told.spread[told.word])))
