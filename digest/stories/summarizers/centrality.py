"""Centrality: how much a story uses each sentence's words, less for words that the brief already has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from digest.model.protocols import Candidate
from digest.stories.summarizers.bags_of_words import BagsOfWords, Numbers, Values
from digest.stories.unique_values import unique_values


class Centrality:
    """Scores of all sentences, updated for every sentence that is selected."""

    def __init__(self, bags: BagsOfWords, candidates: Sequence[Candidate]) -> None:
        self._bags = bags
        self._lengths = np.maximum(np.bincount(bags.sentence_ids, minlength=bags.size), 1)
        #: Per word, the number of sentences and the number of articles that have it; their logarithms add up.
        self._frequencies = np.stack([bags.sentence_frequency, _article_frequency(bags, candidates)])
        self._times_selected = np.zeros(len(bags.sentence_frequency))
        initial = self._mean_weights()
        self._mean, self._deviation = float(initial.mean()), float(initial.std())

    def scores(self) -> Values:
        """The mean weight of each sentence's words, in standard deviations of the initial scores."""
        if self._deviation <= 1e-9:
            return np.zeros(self._bags.size)
        return (self._mean_weights() - self._mean) / self._deviation

    def select(self, sentence: int) -> None:
        """Discount the words of this sentence from now on."""
        self._times_selected[self._bags.words_of(sentence)] += 1

    def covered_share(self) -> Values:
        """The share of each sentence's words that selected sentences have."""
        covered = (self._times_selected > 0)[self._bags.word_ids]
        sums = np.bincount(self._bags.sentence_ids, weights=covered, minlength=self._bags.size)
        return np.asarray(sums / self._lengths)

    def _mean_weights(self) -> Values:
        weights = np.log(np.maximum(self._frequencies / (1 + self._times_selected), 1)).sum(axis=0)
        sums = np.bincount(self._bags.sentence_ids, weights=weights[self._bags.word_ids], minlength=self._bags.size)
        return np.asarray(sums / self._lengths)


def _article_frequency(bags: BagsOfWords, candidates: Sequence[Candidate]) -> Numbers:
    """The number of articles that each word occurs in."""
    number: dict[str, int] = defaultdict(lambda: len(number))
    article_ids = np.array([number[candidate.article.id] for candidate in candidates], dtype=np.intp)
    if len(number) < 2:
        return np.ones_like(bags.sentence_frequency)
    occurrences = unique_values(bags.word_ids * len(number) + article_ids[bags.sentence_ids])
    return np.bincount(occurrences // len(number), minlength=len(bags.sentence_frequency))
