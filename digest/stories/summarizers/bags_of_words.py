"""Sentences as bags of words, and the similarity of all pairs of them, in numpy.

The results of sumy's methods depend on the last bit of these sums, so the order of additions is fixed.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain, count

import numpy as np
from numpy.typing import NDArray

from digest.stories.unique_values import unique_inverse

Values = NDArray[np.float64]
Numbers = NDArray[np.intp]

#: Words of at most so many sentences are multiplied pair by pair, the others in a dense matrix.
_RARE = 12
#: A matrix of at most so many cells is dense altogether.
_SMALL_MATRIX = 100_000
#: Multiplications that OpenBLAS does without threads, and the most steps to split a product into.
_UNTHREADED, _MAX_STEPS = 262_144, 64


class BagsOfWords:
    """The words of each sentence with their counts, as parallel arrays in sentence order."""

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.size = len(sentences)
        counters = [Counter(sentence) for sentence in sentences]
        lengths, words = [*map(len, counters)], [*chain.from_iterable(counters)]
        index = dict(zip(dict.fromkeys(words), count(), strict=False))
        self.word_ids: Numbers = np.fromiter(map(index.__getitem__, words), np.intp, len(words))
        self.sentence_ids: Numbers = np.repeat(np.arange(self.size), lengths)
        self.counts: Values = np.fromiter(chain.from_iterable(map(dict.values, counters)), float, len(words))
        #: Per sentence, the count of its most frequent word.
        self.max_counts: Values = np.array([max(bag.values(), default=1) for bag in counters], dtype=float)
        #: Per word, the number of sentences that have it.
        self.sentence_frequency: Numbers = np.bincount(self.word_ids, minlength=len(index))
        self._starts = [0, *accumulate(lengths)]

    def words_of(self, sentence: int) -> Numbers:
        """The ids of one sentence's words."""
        return self.word_ids[self._starts[sentence] : self._starts[sentence + 1]]

    def gram_matrix(self, weights: Values) -> Values:
        """The inner products of all pairs of sentences; ``weights`` has a value for each of ``word_ids``."""
        frequency = self.sentence_frequency[self.word_ids]
        # A word of one sentence is on the diagonal alone.
        rare = 1 if self.size * len(self.sentence_frequency) <= _SMALL_MATRIX else _RARE
        product = self._dense_product(weights, np.flatnonzero(frequency > rare))
        flat = product.reshape(-1)
        for sentences in range(2, rare + 1):
            self._add_pairs(flat, weights, np.flatnonzero(frequency == sentences), sentences)
        flat[:: self.size + 1] = np.bincount(self.sentence_ids, weights=weights * weights, minlength=self.size)
        return product

    def _dense_product(self, weights: Values, cells: Numbers) -> Values:
        """The products of the words in these cells, as one matrix multiplication."""
        words, columns = unique_inverse(self.word_ids[cells])
        dense = np.zeros((self.size, len(words)))
        dense[self.sentence_ids[cells], columns] = weights[cells]
        return _multiply_by_transpose(dense)

    def _add_pairs(self, flat: Values, weights: Values, cells: Numbers, sentences: int) -> None:
        """Add the products of words that are in so many ``sentences``, pair by pair."""
        cells = cells[np.argsort(self.word_ids[cells], kind="stable")].reshape(-1, sentences)
        sentence_ids, cell_weights = self.sentence_ids[cells], weights[cells]
        places = sentence_ids[:, :, np.newaxis] * self.size + sentence_ids[:, np.newaxis, :]
        products = cell_weights[:, :, np.newaxis] * cell_weights[:, np.newaxis, :]
        np.add.at(flat, places.reshape(-1), products.reshape(-1))


def _multiply_by_transpose(rows: Values) -> Values:
    """The product of the matrix and its transpose, in steps small enough for BLAS to use one thread.

    On a busy machine, waiting for another thread takes several times as long as the multiplication.
    """
    size, width = rows.shape
    step = _UNTHREADED // max(size * size, 1)
    if not step or width > _MAX_STEPS * step:
        product: Values = rows @ rows.T
        return product
    product = np.zeros((size, size))
    for start in range(0, width, step):
        part = rows[:, start : start + step]
        # A copy, because for a matrix and itself BLAS takes its symmetric product, which uses threads.
        product += part @ part.T.copy()
    return product


def cosine_similarities(bags: BagsOfWords, weights: Values) -> Values:
    """The cosine of every two sentences; 0 for a sentence without weight."""
    product = bags.gram_matrix(weights)
    lengths = np.sqrt(np.diagonal(product))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    product *= inverse[:, np.newaxis]
    product *= inverse
    return product


def overlaps(sentences: Sequence[Sequence[str]], *, same_single_word: float) -> Values:
    """TextRank's similarity: words in common over the sum of the logarithms of lengths.

    ``same_single_word`` is the value for two sentences of the same single word, whose logarithms are 0.
    """
    bags = BagsOfWords(sentences)
    common = bags.gram_matrix(bags.counts)
    logarithms = np.array([math.log(len(sentence)) if sentence else 0.0 for sentence in sentences])
    norm = np.add.outer(logarithms, logarithms)
    similarities: Values = np.divide(common, norm, out=common * same_single_word, where=norm > 0)
    return similarities
