"""Methods that take one sentence after the other, each for what it adds to those taken before.

sumy orders all sentences, then cuts; here no more are weighed than are taken.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

from sumy.models.dom import ObjectDocumentModel, Sentence  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import kl, sum_basic  # type: ignore[import-untyped]  # sumy has no types
from sumy.utils import ItemsCount  # type: ignore[import-untyped]  # sumy has no types

from digest.stories.summarizers.matrix import Divergence
from digest.stories.summarizers.stem_lookup import Lookup
from digest.text.memo import Memo


class Rated(NamedTuple):
    """A sentence with its place and its rating, as sumy passes it to whoever counts."""

    sentence: Sentence
    order: int
    rating: float


#: sumy's ``sentences_count``: how many, or who takes of the rated ones what is wanted.
Count = int | str | Callable[[Iterator[Rated]], Sequence[Rated]]


def taken(sentences: Sequence[Sentence], best_first: Iterable[int], count: Count) -> tuple[Any, ...]:
    """The best of the sentences in reading order; ``best_first`` is asked for no more than are taken."""
    rated = (Rated(sentences[at], at, -rank) for rank, at in enumerate(best_first))
    found = count(rated) if callable(count) else ItemsCount(count)(list(rated))
    return tuple(one.sentence for one in sorted(found, key=lambda one: one.order))


class SumBasic(Lookup, sum_basic.SumBasicSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sentence whose words are the most frequent on average, each time; a word that was told counts for less."""

    def __call__(self, document: ObjectDocumentModel, sentences_count: Count) -> tuple[Any, ...]:
        bags = [self._content(one.words) for one in document.sentences]
        return taken(document.sentences, self._best_first(bags), sentences_count)

    def _best_first(self, bags: Sequence[Sequence[str]]) -> Iterator[int]:
        frequency = _frequency(chain.from_iterable(bags))
        means = [_mean(frequency, bag) for bag in bags]
        for _ in bags:
            best = max(range(len(bags)), key=means.__getitem__)
            yield best
            means[best] = -1.0
            for word in bags[best]:
                frequency[word] *= frequency[word]
            told = frozenset(bags[best])
            for at, bag in enumerate(bags):
                if means[at] > 0 and not told.isdisjoint(bag):
                    means[at] = _mean(frequency, bag)


def _frequency(words: Iterable[str]) -> dict[str, float]:
    """How often each word stands among all."""
    counted = Counter(words)
    total = counted.total()
    return {word: count / total for word, count in counted.items()}


def _mean(frequency: Mapping[str, float], words: Sequence[str]) -> float:
    return sum([frequency[word] for word in words]) / len(words) if words else 0.0


#: So many sentences that are equally good are parted as sumy does it, by its own rounding; of more, the first is taken.
_PARTED = 8


class Kl(kl.KLSummarizer):  # type: ignore[misc]  # sumy has no types
    """The sentences whose words are spread like the document's (stock is cubic)."""

    def __call__(self, document: ObjectDocumentModel, sentences_count: Count) -> tuple[Any, ...]:
        return taken(document.sentences, self._best_first(document.sentences), sentences_count)

    def _best_first(self, sentences: Sequence[Any]) -> Iterator[int]:
        frequency = _frequency(chain.from_iterable(map(self._counted, sentences)))
        bags = [list(filter(None, map(self._lowered.__getitem__, one.words))) for one in sentences]
        divergence, told = Divergence(frequency, bags), list[str]()
        for _ in sentences:
            nearest = divergence.nearest().tolist()
            best = nearest[0]
            if 1 < len(nearest) <= _PARTED:
                best = min(nearest, key=lambda at: self._kl_divergence(self._joint_freq(bags[at], told), frequency))
            yield best
            divergence.take(best, sentences[best].words)
            told += sentences[best].words

    def _counted(self, sentence: Any) -> Iterator[str]:
        """sumy looks for a document's stop words as they are written, for a sentence's in lower case."""
        return (word.lower() for word in sentence.words if word not in self.stop_words)

    @cached_property
    def _lowered(self) -> Memo[str]:
        return Memo(lambda word: "" if word.lower() in self.stop_words else word.lower())
