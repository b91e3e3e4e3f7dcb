"""What all of sumy's methods share here: a word's stem is looked up, never worked out again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any

from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.text.memo import Memo

#: A word as it is written in, its stem out.
Stem = Callable[[str], str]


class Lookup(AbstractSummarizer):  # type: ignore[misc]  # sumy has no types
    """sumy lowers and stems each word again wherever it stands."""

    stop_words: Collection[str]

    def __init__(self, stemmer: Stem, **weights: float) -> None:
        super().__init__(stemmer, **weights)
        self.stem_word = stemmer

    def _to_words_set(self, sentence: Any) -> list[str]:
        return self._content(sentence.words)

    def _content(self, words: Iterable[str]) -> list[str]:
        """The stems of the words that carry meaning."""
        return list(filter(None, map(self._meanings.__getitem__, words)))

    @cached_property
    def _meanings(self) -> Memo[str]:
        stop = frozenset(self.stop_words)
        return Memo(lambda word: "" if word.lower() in stop else self.stem_word(word))
