"""Base of our versions of sumy's methods: stems are computed once per word."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import Any

from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.text.memo import Memo

#: A word as written in, its stem out.
Stemmer = Callable[[str], str]


class CachedStems(AbstractSummarizer):  # type: ignore[misc]  # sumy has no types
    """Mixin that looks up stems; sumy lowers and stems each occurrence of a word again."""

    stop_words: Collection[str]

    def __init__(self, stemmer: Stemmer, **weights: float) -> None:
        super().__init__(stemmer, **weights)
        self.stem_word = stemmer

    def _to_words_set(self, sentence: Any) -> list[str]:
        return self._content_stems(sentence.words)

    def _content_stems(self, words: Iterable[str]) -> list[str]:
        """The stems of the words that are not stop words."""
        return list(filter(None, map(self._content_stem_memo.__getitem__, words)))

    @cached_property
    def _content_stem_memo(self) -> Memo[str]:
        stop = frozenset(self.stop_words)
        return Memo(lambda word: "" if word.lower() in stop else self.stem_word(word))
