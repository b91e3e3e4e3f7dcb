"""sumy's greedy methods (SumBasic, KL): each next sentence is selected for what it adds to the ones before.

sumy orders all sentences, then cuts the list; here no more are scored than are selected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
from sumy.models.dom import ObjectDocumentModel, Sentence  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import kl, sum_basic  # type: ignore[import-untyped]  # sumy has no types
from sumy.utils import ItemsCount  # type: ignore[import-untyped]  # sumy has no types

from digest.stories.summarizers.bags_of_words import Numbers
from digest.stories.summarizers.sumy_base import CachedStems
from digest.text.memo import Memo


class Rating(NamedTuple):
    """A sentence with its place and rating, as sumy passes it to a callable ``sentences_count``."""

    sentence: Sentence
    order: int
    rating: float


#: sumy's ``sentences_count``: a number, a percentage, or a callable that selects from the ratings.
Count = int | str | Callable[[Iterator[Rating]], Sequence[Rating]]


def _select(sentences: Sequence[Sentence], best_first: Iterable[int], count: Count) -> tuple[Any, ...]:
    """The best sentences in reading order; reads no more of ``best_first`` than are selected."""
    ratings = (Rating(sentences[place], place, -rank) for rank, place in enumerate(best_first))
    selected = count(ratings) if callable(count) else ItemsCount(count)(list(ratings))
    return tuple(rating.sentence for rating in sorted(selected, key=lambda rating: rating.order))


class SumBasic(CachedStems, sum_basic.SumBasicSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sentence with the highest mean word frequency each time; frequencies of its words are then squared."""

    def __call__(self, document: ObjectDocumentModel, sentences_count: Count) -> tuple[Any, ...]:
        bags = [self._content_stems(sentence.words) for sentence in document.sentences]
        return _select(document.sentences, self._best_first(bags), sentences_count)

    def _best_first(self, bags: Sequence[Sequence[str]]) -> Iterator[int]:
        frequency = _frequency(chain.from_iterable(bags))
        means = [_mean(frequency, bag) for bag in bags]
        for _ in bags:
            best = max(range(len(bags)), key=means.__getitem__)
            yield best
            means[best] = -1.0
            for word in bags[best]:
                frequency[word] *= frequency[word]
            changed = frozenset(bags[best])
            for place, bag in enumerate(bags):
                if means[place] > 0 and not changed.isdisjoint(bag):
                    means[place] = _mean(frequency, bag)


def _frequency(words: Iterable[str]) -> dict[str, float]:
    """Relative frequency of each word."""
    counter = Counter(words)
    total = counter.total()
    return {word: count / total for word, count in counter.items()}


def _mean(frequency: Mapping[str, float], words: Sequence[str]) -> float:
    return sum([frequency[word] for word in words]) / len(words) if words else 0.0


#: Among at most so many equally good sentences the choice is made in sumy's own arithmetic; among more, the first wins.
_MAX_TIES = 8


class Kl(kl.KLSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sentences that keep the summary's word distribution nearest to the document's (stock sumy is cubic)."""

    def __call__(self, document: ObjectDocumentModel, sentences_count: Count) -> tuple[Any, ...]:
        return _select(document.sentences, self._best_first(document.sentences), sentences_count)

    def _best_first(self, sentences: Sequence[Any]) -> Iterator[int]:
        frequency = _frequency(chain.from_iterable(map(self._document_words, sentences)))
        bags = [list(filter(None, map(self._content_word_memo.__getitem__, sentence.words))) for sentence in sentences]
        divergence, selected_words = Divergence(frequency, bags), list[str]()
        for _ in sentences:
            nearest = divergence.nearest().tolist()
            best = nearest[0]
            if 1 < len(nearest) <= _MAX_TIES:
                best = min(
                    nearest,
                    key=lambda place: self._kl_divergence(self._joint_freq(bags[place], selected_words), frequency),
                )
            yield best
            divergence.select(best, sentences[best].words)
            selected_words += sentences[best].words

    def _document_words(self, sentence: Any) -> Iterator[str]:
        """Words in lower case. sumy tests a document's words for stop words as written, a sentence's in lower case."""
        return (word.lower() for word in sentence.words if word not in self.stop_words)

    @cached_property
    def _content_word_memo(self) -> Memo[str]:
        return Memo(lambda word: "" if word.lower() in self.stop_words else word.lower())


#: Two divergences that differ by less differ by rounding only.
_ROUNDING = 1e-12


class Divergence:
    """The Kullback-Leibler divergence of a growing summary, extended by each next sentence, from its document."""

    def __init__(self, document: Mapping[str, float], sentences: Sequence[Sequence[str]]) -> None:
        self._index: dict[str, int] = {word: number for number, word in enumerate(document)}
        bags = [Counter(sentence) for sentence in sentences]
        self._sentence_ids = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        self._word_ids = np.array([self._word_id(word) for bag in bags for word in bag], dtype=np.intp)
        self._counts = np.array([count for bag in bags for count in bag.values()], dtype=float)
        self._lengths = np.array([len(sentence) for sentence in sentences], dtype=float)
        self._is_open = np.ones(len(bags), dtype=bool)
        self._frequency = np.array([document.get(word, 0.0) for word in self._index] or [0.0])
        self._summary_counts = np.zeros(len(self._frequency))
        self._summary_length = 0

    def _word_id(self, word: str) -> int:
        return self._index.setdefault(word, len(self._index))

    def nearest(self) -> Numbers:
        """The sentences that keep the summary nearest to the document; several if they tie up to rounding."""
        before, frequency = self._summary_counts[self._word_ids], self._frequency[self._word_ids]
        is_new = (before == 0) & (frequency > 0)
        joint = self._counts + before
        gain = frequency * (np.log(np.where(before > 0, before, np.where(frequency > 0, frequency, 1))) - np.log(joint))
        size = len(self._lengths)
        shared = (self._summary_counts > 0) & (self._frequency > 0)
        expected, actual = self._frequency[shared], self._summary_counts[shared]
        mass = expected.sum() + np.bincount(self._sentence_ids, weights=frequency * is_new, minlength=size)
        divergence = (expected * np.log(expected / actual)).sum()
        divergence = divergence + np.bincount(self._sentence_ids, weights=gain, minlength=size)
        divergence += mass * np.log(np.maximum(self._lengths + self._summary_length, 1))
        divergence[~self._is_open] = np.inf
        return np.flatnonzero(divergence <= divergence.min() + _ROUNDING)

    def select(self, sentence: int, words: Iterable[str]) -> None:
        """Add a sentence to the summary, with its words as counted there."""
        self._is_open[sentence] = False
        for word in words:
            self._summary_length += 1
            if (word_id := self._index.get(word)) is not None:
                self._summary_counts[word_id] += 1
