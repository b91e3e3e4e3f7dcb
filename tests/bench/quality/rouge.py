"""ROUGE (Lin 2004): F1 over Porter stems of lower-case alphanumeric words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from nltk.stem.porter import PorterStemmer

_WORD = re.compile(r"[a-z0-9]+")
_porter = PorterStemmer()


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    return str(_porter.stem(word)) if len(word) > 3 else word


def tokens(text: str) -> list[str]:
    """The stems that ROUGE compares."""
    return [_stem(word) for word in _WORD.findall(text.lower())]


def rouge_n(system: str, reference: str, *, n: int = 1) -> float:
    """F1 of the n-grams in common, in percent."""
    ours, theirs = (Counter(_grams(tokens(text), n)) for text in (system, reference))
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def rouge_l(system: str, reference: str) -> float:
    """F1 of the longest common subsequence, in percent."""
    ours, theirs = tokens(system), tokens(reference)
    return _f1(_longest_common(ours, theirs), len(ours), len(theirs))


def _grams(words: Sequence[str], n: int) -> list[tuple[str, ...]]:
    return list(zip(*(words[start:] for start in range(n)), strict=False))


def _longest_common(first: Sequence[str], second: Sequence[str]) -> int:
    row = [0] * (len(second) + 1)
    for word in first:
        diagonal = 0
        for at, candidate in enumerate(second, start=1):
            row[at], diagonal = diagonal + 1 if word == candidate else max(row[at], row[at - 1]), row[at]
    return row[-1]


def _f1(common: int, ours: int, theirs: int) -> float:
    return 200 * common / (ours + theirs) if ours + theirs else 0.0
