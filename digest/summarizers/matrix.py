"""The quadratic arithmetic of sumy's methods, in numpy: to the last bit where sumy's choice hangs on it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = Mapping[str, float]


def gram(vectors: Sequence[Vector]) -> Matrix:
    """The product of every vector with every other; the diagonal, which costs the most columns, is filled by hand."""
    spread = Counter(chain.from_iterable(vectors))
    column = {term: at for at, term in enumerate(term for term, count in spread.items() if count > 1)}
    dense = np.zeros((len(vectors), len(column)))
    cells = [
        (row, column[term], weight) for row, one in enumerate(vectors) for term, weight in one.items() if term in column
    ]
    if cells:
        rows, columns, weights = zip(*cells, strict=True)
        dense[list(rows), list(columns)] = weights
    product: Matrix = dense @ dense.T
    np.fill_diagonal(product, [math.fsum(weight * weight for weight in one.values()) for one in vectors])
    return product


def cosines(vectors: Sequence[Vector]) -> Matrix:
    """The cosine of every two vectors; 0 where one has no length."""
    product = gram(vectors)
    lengths = np.sqrt(np.diagonal(product))
    norm = np.outer(lengths, lengths)
    near: Matrix = np.divide(product, norm, out=np.zeros_like(product), where=norm > 0)
    return near


def overlaps(bags: Sequence[Sequence[str]], *, alone: float) -> Matrix:
    """Words in common over the sum of the logarithms of lengths; ``alone`` for the same single word twice."""
    common = gram([Counter(bag) for bag in bags])
    logarithms = np.array([math.log(len(bag)) if bag else 0.0 for bag in bags])
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

    def nearest(self) -> int:
        """Takes the sentence that keeps the summary nearest to the document."""
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
        best = int(np.argmin(np.where(self._left, divergence, np.inf)))
        self._left[best] = False
        return best

    def add(self, words: Iterable[str]) -> None:
        """The summary's words, as they stand in the sentence that was taken."""
        for word in words:
            self._told_total += 1
            if (at := self._index.get(word)) is not None:
                self._told[at] += 1
