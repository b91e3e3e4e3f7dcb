"""sumy's methods with their quadratic parts in numpy and their defects fixed.

Given the same words, each selects the sentences that stock sumy selects, except where stock sumy has a defect
(``tests/stories/summarizers/test_sumy_methods.py`` compares them):

- LexRank's power iteration stops before it converges (``epsilon = 0.1``). Here it converges.
- LexRank's ranks are NaN if no sentence has a word of weight. Here all rank equally, so the first ones are selected.
- A sentence that occurs twice is selected twice (ratings are keyed by text). Here each text is offered once.
- LSA breaks ties by rounding noise that differs from run to run (its rows are in a set's order). Here the first wins.
  It also warns if there are fewer words than sentences, and its decomposition may fail to converge. Here it cannot.
- Edmundson refuses to work without cue words. Here the cue weight is then 0.

sumy's ``random`` is left out, because the same articles must give the same digest.
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

from digest.stories.summarizers.bags_of_words import BagsOfWords, Values, cosine_similarities, overlaps
from digest.stories.summarizers.sumy_base import CachedStems, Stemmer
from digest.stories.summarizers.sumy_greedy import Kl, SumBasic


class LexRank(CachedStems, lex_rank.LexRankSummarizer):  # type: ignore[misc]  # sumy has no types
    """Centrality in the graph of sentences with similar TF-IDF vectors."""

    epsilon = 1e-6

    def _compute_tf(self, sentences: Sequence[Sequence[str]]) -> BagsOfWords:
        return BagsOfWords(sentences)

    @staticmethod
    def _compute_idf(sentences: Sequence[Sequence[str]]) -> Values:
        """Indexed by the number of sentences that have the word."""
        return np.array([0.0, *(math.log(len(sentences) / (1 + count)) for count in range(1, len(sentences) + 1))])

    def _create_matrix(self, _: object, threshold: float, bags: BagsOfWords, idf: Values) -> Values:
        weights = bags.counts / bags.max_counts[bags.sentence_ids] * idf[bags.sentence_frequency[bags.word_ids]]
        is_similar = cosine_similarities(bags, weights) > threshold
        links: Values = is_similar / np.maximum(is_similar.sum(axis=1, keepdims=True), 1)
        return links

    @staticmethod
    def power_method(matrix: Values, epsilon: float) -> Values:
        if not matrix.any():  # no links: stock divides zero by zero
            return np.ones(len(matrix))
        links, ranks, moved = matrix.T, np.full(len(matrix), 1.0 / len(matrix)), 1.0
        while moved > epsilon:  # cheaper calls than stock's, equal to the last bit
            before, ranks = ranks, links.dot(ranks)
            ranks /= math.sqrt(ranks.dot(ranks))
            change = ranks - before
            moved = math.sqrt(change.dot(change))
        return ranks


class TextRank(CachedStems, text_rank.TextRankSummarizer):  # type: ignore[misc]  # sumy has no types
    """PageRank in the graph of sentences linked by common words."""

    def _create_matrix(self, document: ObjectDocumentModel) -> Values:
        weights = overlaps([self._to_words_set(sentence) for sentence in document.sentences], same_single_word=1.0)
        weights /= weights.sum(axis=1)[:, np.newaxis] + self._ZERO_DIVISION_PREVENTION
        weights *= self.damping
        weights += (1.0 - self.damping) / len(weights)
        return weights


class Reduction(CachedStems, reduction.ReductionSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sum of a sentence's overlaps with all others."""

    def rate_sentences(self, document: ObjectDocumentModel) -> dict[Any, float]:
        weights = overlaps([self._to_words_set(sentence) for sentence in document.sentences], same_single_word=0.0)
        np.fill_diagonal(weights, 0.0)
        return dict(zip(document.sentences, weights.sum(axis=0).tolist(), strict=True))


class Lsa(CachedStems, lsa.LsaSummarizer):  # type: ignore[misc]  # sumy has no types
    """The length of a sentence's vector over all latent topics.

    sumy keeps every dimension (``REDUCTION_RATIO = 1``), and a rotation changes no length. So the rank is the vector's
    own length, without the cubic decomposition.
    """

    def __call__(self, document: ObjectDocumentModel, sentences_count: Callable[..., Any]) -> tuple[Any, ...]:
        vocabulary = frozenset(self._content_stems(document.words))
        stemmed = (map(self.stem_word, sentence.words) for sentence in document.sentences)
        bags = [Counter(filter(vocabulary.__contains__, stems)) for stems in stemmed]
        ranks = iter([self._rank(bag, len(vocabulary)) for bag in bags])
        selected: tuple[Any, ...] = self._get_best_sentences(document.sentences, sentences_count, lambda _: next(ranks))
        return selected

    @staticmethod
    def _rank(bag: Counter[str], dimensions: int, smooth: float = 0.4) -> float:
        if not bag:
            return 0.0
        most = max(bag.values())
        times = Counter(bag.values()).items()
        squares = (repeat((smooth + (1 - smooth) * count / most) ** 2, words) for count, words in times)
        return math.sqrt(math.fsum(chain.from_iterable(squares)) + (dimensions - len(bag)) * smooth**2)


class Luhn(CachedStems, luhn.LuhnSummarizer):  # type: ignore[misc]  # sumy has no types
    """The density of significant words: words that the document repeats."""

    def _get_significant_words(self, words: Iterable[str]) -> frozenset[str]:
        return frozenset(stem for stem, times in Counter(self._content_stems(words)).items() if times > 1)

    def rate_sentence(self, sentence: Any, significant_stems: frozenset[str]) -> float:
        is_significant = map(significant_stems.__contains__, map(self.stem_word, sentence.words))
        return max(map(self._density, self._clusters(compress(count(), is_significant))), default=0)

    def _clusters(self, places: Iterable[int]) -> Iterator[list[int]]:
        """Places of significant words, split at gaps of ``max_gap_size`` other words."""
        cluster: list[int] = []
        for place in places:
            if cluster and place - cluster[-1] > self.max_gap_size:
                yield cluster
                cluster = []
            cluster.append(place)
        if cluster:
            yield cluster

    @staticmethod
    def _density(cluster: Sequence[int]) -> float:
        return len(cluster) ** 2 / (cluster[-1] - cluster[0] + 1) if len(cluster) > 1 else 0


class Edmundson(CachedStems, edmundson.EdmundsonSummarizer):  # type: ignore[misc]  # sumy has no types
    """Bonus and stigma words, title words and location."""

    def _build_cue_method_instance(self) -> AbstractSummarizer:
        return self._with_cached_stems(super()._build_cue_method_instance())

    def _build_title_method_instance(self) -> AbstractSummarizer:
        return self._with_cached_stems(super()._build_title_method_instance())

    def _build_location_method_instance(self) -> AbstractSummarizer:
        return self._with_cached_stems(super()._build_location_method_instance())

    def _with_cached_stems(self, part: AbstractSummarizer) -> AbstractSummarizer:
        part.stem_word = self.stem_word
        return part


def make_method(name: str, stemmer: Stemmer, stop_words: frozenset[str]) -> AbstractSummarizer:
    """A method other than Edmundson's, for any number of documents in one language."""
    method = _METHODS[name](stemmer)
    method.stop_words = stop_words
    return method


def make_edmundson(stemmer: Stemmer, stop_words: frozenset[str], title_words: Iterable[str]) -> AbstractSummarizer:
    """Edmundson's method for one document: bonus words are its titles' words, stigma words those that refer back."""
    stigma = stop_words & ANAPHORIC_WORDS
    bonus = frozenset(map(str.lower, title_words)) - stop_words
    method = Edmundson(stemmer, cue_weight=1.0 if stigma and bonus else 0.0)
    method.bonus_words, method.stigma_words, method.null_words = bonus, stigma, stop_words
    return method


_METHODS: Mapping[str, Callable[[Stemmer], AbstractSummarizer]] = {
    "lex-rank": LexRank,
    "text-rank": TextRank,
    "lsa": Lsa,
    "luhn": Luhn,
    "kl": Kl,
    "sum-basic": SumBasic,
    "reduction": Reduction,
}
ANAPHORIC_WORDS = frozenset({"he", "she", "it", "they", "this", "that", "these", "those", "also", "but", "however"})
