"""The quadratic arithmetic of sumy's methods, in numpy: to the last bit where sumy's choice hangs on it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, count

import numpy as np
from numpy.typing import NDArray

from digest.stories.unique import distinct_and_places

Matrix = NDArray[np.float64]
Numbers = NDArray[np.intp]

#: Words of at most so many sentences are paired one by one; the product of a dense matrix does the others.
_RARE = 12
#: So many multiplications OpenBLAS does by itself; in so many steps at most a product is taken apart.
_UNSHARED, _STEPS = 262_144, 64
#: Two divergences that differ by less are the same but for rounding.
_NOISE = 1e-12
#: A matrix of so few cells is multiplied before rare words are picked out.
_FEW = 100_000


class Bags:
    """Sentences as bags of words: which word stands in which sentence, and how often."""

    def __init__(self, sentences: Sequence[Sequence[str]]) -> None:
        self.size = len(sentences)
        counted = [Counter(sentence) for sentence in sentences]
        lengths, words = [*map(len, counted)], [*chain.from_iterable(counted)]
        index = dict(zip(dict.fromkeys(words), count(), strict=False))
        self.word: Numbers = np.fromiter(map(index.__getitem__, words), np.intp, len(words))
        self.owner: Numbers = np.repeat(np.arange(self.size), lengths)
        self.count: Matrix = np.fromiter(chain.from_iterable(map(dict.values, counted)), float, len(words))
        self.most: Matrix = np.array([max(bag.values(), default=1) for bag in counted], dtype=float)
        #: In how many sentences each word stands.
        self.spread: Numbers = np.bincount(self.word, minlength=len(index))
        self._starts = [0, *accumulate(lengths)]

    def words_of(self, at: int) -> Numbers:
        """The numbers of one sentence's words."""
        return self.word[self._starts[at] : self._starts[at + 1]]

    def gram(self, weights: Matrix) -> Matrix:
        """The product of every sentence's vector with every other's, ``weights`` being its words' values."""
        spread = self.spread[self.word]
        rare = 1 if self.size * len(self.spread) <= _FEW else _RARE  # a word of one sentence is on the diagonal alone
        product = self._dense(weights, np.flatnonzero(spread > rare))
        flat = product.reshape(-1)
        for times in range(2, rare + 1):
            self._pair(flat, weights, np.flatnonzero(spread == times), times)
        flat[:: self.size + 1] = np.bincount(self.owner, weights=weights * weights, minlength=self.size)
        return product

    def _dense(self, weights: Matrix, cells: Numbers) -> Matrix:
        """The products of the words in these cells, by one multiplication."""
        words, column = distinct_and_places(self.word[cells])
        dense = np.zeros((self.size, len(words)))
        dense[self.owner[cells], column] = weights[cells]
        return _square(dense)

    def _pair(self, flat: Matrix, weights: Matrix, cells: Numbers, times: int) -> None:
        """Adds the products of words that stand in ``times`` sentences, each pair by itself."""
        cells = cells[np.argsort(self.word[cells], kind="stable")].reshape(-1, times)
        owner, weight = self.owner[cells], weights[cells]
        places = owner[:, :, np.newaxis] * self.size + owner[:, np.newaxis, :]
        np.add.at(flat, places.reshape(-1), (weight[:, :, np.newaxis] * weight[:, np.newaxis, :]).reshape(-1))


def _square(rows: Matrix) -> Matrix:
    """The product of every row with every other, in steps so small that BLAS asks no other thread for help.

    On a busy machine waiting for that thread takes several times as long as the work.
    """
    size, width = rows.shape
    step = _UNSHARED // max(size * size, 1)
    if not step or width > _STEPS * step:
        product: Matrix = rows @ rows.T
        return product
    product = np.zeros((size, size))
    for start in range(0, width, step):
        part = rows[:, start : start + step]
        # A copy: of a matrix and itself BLAS takes the symmetric product, and shares it.
        product += part @ part.T.copy()
    return product


def cosines(bags: Bags, weights: Matrix) -> Matrix:
    """The cosine of every two sentences' vectors; 0 where one has no length."""
    product = bags.gram(weights)
    lengths = np.sqrt(np.diagonal(product))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    product *= inverse[:, np.newaxis]
    product *= inverse
    return product


def overlaps(sentences: Sequence[Sequence[str]], *, alone: float) -> Matrix:
    """Words in common over the sum of the logarithms of lengths; ``alone`` for the same single word twice."""
    bags = Bags(sentences)
    common = bags.gram(bags.count)
    logarithms = np.array([math.log(len(sentence)) if sentence else 0.0 for sentence in sentences])
    norm = np.add.outer(logarithms, logarithms)
    shared: Matrix = np.divide(common, norm, out=common * alone, where=norm > 0)
    return shared


class Divergence:
    """The Kullback-Leibler divergence of a growing summary, with each next sentence, from its document."""

    def __init__(self, document: Mapping[str, float], sentences: Sequence[Sequence[str]]) -> None:
        self._index: dict[str, int] = {word: at for at, word in enumerate(document)}
        bags = [Counter(sentence) for sentence in sentences]
        self._owner = np.repeat(np.arange(len(bags)), [len(bag) for bag in bags])
        self._word = np.array([self._at(word) for bag in bags for word in bag], dtype=np.intp)
        self._count = np.array([count for bag in bags for count in bag.values()], dtype=float)
        self._total = np.array([len(sentence) for sentence in sentences], dtype=float)
        self._left = np.ones(len(bags), dtype=bool)
        self._frequency = np.array([document.get(word, 0.0) for word in self._index] or [0.0])
        self._told = np.zeros(len(self._frequency))
        self._told_total = 0

    def _at(self, word: str) -> int:
        return self._index.setdefault(word, len(self._index))

    def nearest(self) -> Numbers:
        """The sentences that keep the summary nearest to the document: several where rounding can't part them."""
        before, frequency = self._told[self._word], self._frequency[self._word]
        new = (before == 0) & (frequency > 0)
        joint = self._count + before
        gain = frequency * (np.log(np.where(before > 0, before, np.where(frequency > 0, frequency, 1))) - np.log(joint))
        size = len(self._total)
        told = (self._told > 0) & (self._frequency > 0)
        known, seen = self._frequency[told], self._told[told]
        mass = known.sum() + np.bincount(self._owner, weights=frequency * new, minlength=size)
        divergence = (known * np.log(known / seen)).sum() + np.bincount(self._owner, weights=gain, minlength=size)
        divergence += mass * np.log(np.maximum(self._total + self._told_total, 1))
        divergence[~self._left] = np.inf
        return np.flatnonzero(divergence <= divergence.min() + _NOISE)

    def take(self, at: int, words: Iterable[str]) -> None:
        """That sentence joins the summary, with its words as they stand in it."""
        self._left[at] = False
        for word in words:
            self._told_total += 1
            if (place := self._index.get(word)) is not None:
                self._told[place] += 1
