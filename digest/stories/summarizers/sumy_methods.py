"""sumy's own classes, their quadratic parts in numpy, their defects mended.

Given the same words, each chooses the sentences that stock sumy chooses, but where stock sumy has a defect
(``tests/stories/summarizers/test_sumy.py`` compares them):

- LexRank's power iteration stops while the ranks still move (``epsilon = 0.1``): here it ends when they stand still.
- LexRank's ranks are NaN where no sentence has a word of weight: here all rank alike, so the first ones are chosen.
- A sentence that stands twice is chosen twice (ratings are keyed by text): here it is offered once.
- LSA's ties fall by rounding noise that differs from run to run (its rows are in a set's order): here the first wins.
  It also warns where words are fewer than sentences, and its decomposition may fail to converge: here it can't.
- Edmundson refuses to work without words for its cues: here that weight is then nought.

sumy's `random` is left out: it draws lots, and the same articles must give the same digest.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, count, repeat
from typing import Any

import numpy as np
from sumy.models.dom import ObjectDocumentModel  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import (  # type: ignore[import-untyped]  # sumy has no types
    AbstractSummarizer,
    edmundson,
    lex_rank,
    lsa,
    luhn,
    reduction,
    text_rank,
)

from digest.stories.summarizers.greedy import Kl, SumBasic
from digest.stories.summarizers.matrix import Bags, Matrix, cosines, overlaps
from digest.stories.summarizers.stem_lookup import Lookup, Stem


class LexRank(Lookup, lex_rank.LexRankSummarizer):  # type: ignore[misc]  # sumy has no types
    """Centrality in the graph of sentences whose TF-IDF vectors point the same way."""

    epsilon = 1e-6

    def _compute_tf(self, sentences: Sequence[Sequence[str]]) -> Bags:
        return Bags(sentences)

    @staticmethod
    def _compute_idf(sentences: Sequence[Sequence[str]]) -> Matrix:
        """By how many sentences a word stands in."""
        return np.array([0.0, *(math.log(len(sentences) / (1 + count)) for count in range(1, len(sentences) + 1))])

    def _create_matrix(self, _: object, threshold: float, bags: Bags, idf: Matrix) -> Matrix:
        weights = bags.count / bags.most[bags.owner] * idf[bags.spread[bags.word]]
        near = cosines(bags, weights) > threshold
        links: Matrix = near / np.maximum(near.sum(axis=1, keepdims=True), 1)
        return links

    @staticmethod
    def power_method(matrix: Matrix, epsilon: float) -> Matrix:
        if not matrix.any():  # no links at all: stock divides nought by nought
            return np.ones(len(matrix))
        links, ranks, moved = matrix.T, np.full(len(matrix), 1.0 / len(matrix)), 1.0
        while moved > epsilon:  # stock's arithmetic, to the last bit, by cheaper calls
            before, ranks = ranks, links.dot(ranks)
            ranks /= math.sqrt(ranks.dot(ranks))
            change = ranks - before
            moved = math.sqrt(change.dot(change))
        return ranks


class TextRank(Lookup, text_rank.TextRankSummarizer):  # type: ignore[misc]  # sumy has no types
    """PageRank in the graph of sentences that have words in common."""

    def _create_matrix(self, document: ObjectDocumentModel) -> Matrix:
        weights = overlaps([self._to_words_set(sentence) for sentence in document.sentences], alone=1.0)
        weights /= weights.sum(axis=1)[:, np.newaxis] + self._ZERO_DIVISION_PREVENTION
        weights *= self.damping
        weights += (1.0 - self.damping) / len(weights)
        return weights


class Reduction(Lookup, reduction.ReductionSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sum of the words that a sentence has in common with each other one."""

    def rate_sentences(self, document: ObjectDocumentModel) -> dict[Any, float]:
        weights = overlaps([self._to_words_set(sentence) for sentence in document.sentences], alone=0.0)
        np.fill_diagonal(weights, 0.0)
        return dict(zip(document.sentences, weights.sum(axis=0).tolist(), strict=True))


class Lsa(Lookup, lsa.LsaSummarizer):  # type: ignore[misc]  # sumy has no types
    """The length of a sentence's vector over all latent topics.

    sumy keeps every dimension (``REDUCTION_RATIO = 1``), and a rotation changes no length: the vector's own length is
    the rank, and the decomposition, cubic, can be spared.
    """

    def __call__(self, document: ObjectDocumentModel, sentences_count: Callable[..., Any]) -> tuple[Any, ...]:
        known = frozenset(self._content(document.words))
        bags = [Counter(filter(known.__contains__, map(self.stem_word, one.words))) for one in document.sentences]
        ranks = iter([self._rank(bag, len(known)) for bag in bags])
        chosen: tuple[Any, ...] = self._get_best_sentences(document.sentences, sentences_count, lambda _: next(ranks))
        return chosen

    @staticmethod
    def _rank(bag: Counter[str], dimensions: int, smooth: float = 0.4) -> float:
        if not bag:
            return 0.0
        most = max(bag.values())
        spread = Counter(bag.values()).items()
        told = math.fsum(chain.from_iterable(repeat((smooth + (1 - smooth) * n / most) ** 2, of) for n, of in spread))
        return math.sqrt(told + (dimensions - len(bag)) * smooth**2)


class Luhn(Lookup, luhn.LuhnSummarizer):  # type: ignore[misc]  # sumy has no types
    """The densest run of words that the document repeats."""

    def _get_significant_words(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(stem for stem, times in Counter(self._content(words)).items() if times > 1)

    def rate_sentence(self, sentence: Any, significant_stems: frozenset[str]) -> float:
        found = map(significant_stems.__contains__, map(self.stem_word, sentence.words))
        return max(map(self._density, self._runs(compress(count(), found))), default=0)

    def _runs(self, places: Iterable[int]) -> Iterator[list[int]]:
        """Places of significant words, parted where ``max_gap_size`` others in a row stand between them."""
        run: list[int] = []
        for at in places:
            if run and at - run[-1] > self.max_gap_size:
                yield run
                run = []
            run.append(at)
        if run:
            yield run

    @staticmethod
    def _density(run: Sequence[int]) -> float:
        return len(run) ** 2 / (run[-1] - run[0] + 1) if len(run) > 1 else 0


class Edmundson(Lookup, edmundson.EdmundsonSummarizer):  # type: ignore[misc]  # sumy has no types
    """Words that speak for a sentence or against it, its title's words, and where it stands."""

    def _build_cue_method_instance(self) -> AbstractSummarizer:
        return self._looking_up(super()._build_cue_method_instance())

    def _build_title_method_instance(self) -> AbstractSummarizer:
        return self._looking_up(super()._build_title_method_instance())

    def _build_location_method_instance(self) -> AbstractSummarizer:
        return self._looking_up(super()._build_location_method_instance())

    def _looking_up(self, part: AbstractSummarizer) -> AbstractSummarizer:
        part.stem_word = self.stem_word
        return part


def make(name: str, stemmer: Stem, stop_words: frozenset[str]) -> AbstractSummarizer:
    """The method of that name, for any number of documents in one language."""
    method = _METHODS[name](stemmer)
    method.stop_words = stop_words
    return method


def edmundson_with(stemmer: Stem, stop_words: frozenset[str], titles: Iterable[str]) -> AbstractSummarizer:
    """Edmundson's method for one document: for it speak its titles' words, against it those that point back."""
    stigma = stop_words & LEANING
    bonus = frozenset(map(str.lower, titles)) - stop_words
    method = Edmundson(stemmer, cue_weight=1.0 if stigma and bonus else 0.0)
    method.bonus_words, method.stigma_words, method.null_words = bonus, stigma, stop_words
    return method


_METHODS: Mapping[str, Callable[[Stem], AbstractSummarizer]] = {
    "lex-rank": LexRank,
    "text-rank": TextRank,
    "lsa": Lsa,
    "luhn": Luhn,
    "kl": Kl,
    "sum-basic": SumBasic,
    "reduction": Reduction,
}
LEANING = frozenset({"he", "she", "it", "they", "this", "that", "these", "those", "also", "but", "however"})
