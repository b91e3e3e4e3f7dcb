"""Our words in sumy's clothes: its document model, filled by us, so that no NLTK data is ever asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sumy.models.dom import (  # type: ignore[import-untyped]  # sumy has no types
    ObjectDocumentModel,
    Paragraph,
    Sentence,
)

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.budget import fit
from digest.text.sentences import sentences
from digest.text.words import words


class Tokenizer:
    """What sumy asks of a tokenizer, answered by our own."""

    def __init__(self, language: str) -> None:
        self._language = language

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return sentences(paragraph, self._language)

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return words(sentence, self._language)


class Told(Sentence):  # type: ignore[misc]  # sumy has no types
    """A sentence of sumy's that knows which candidate it is."""

    __slots__ = ("candidate",)

    def __init__(self, candidate: Candidate, tokenizer: Tokenizer) -> None:
        super().__init__(candidate.text, tokenizer)
        self.candidate = candidate


def document(candidates: Sequence[Candidate], language: str) -> ObjectDocumentModel:
    """The candidates as sumy's document: the titles are its headings."""
    tokenizer = Tokenizer(language)
    titles = dict.fromkeys(candidate.article.title for candidate in candidates)
    headings = Paragraph([Sentence(title, tokenizer, is_heading=True) for title in titles])
    runs = groupby(candidates, key=lambda candidate: (candidate.article.id, candidate.paragraph))
    return ObjectDocumentModel([headings, *(Paragraph([Told(one, tokenizer) for one in run]) for _, run in runs)])


def taking(
    budget: Budget, language: str, *, leans: Callable[[Candidate], bool] | None = None
) -> Callable[[Iterable[Any]], list[Any]]:
    """sumy's ``count``: of its ratings, the best first, those that the budget holds; no more are asked for."""

    def take(ratings: Iterable[Any]) -> list[Any]:
        seen: dict[int, Any] = {}
        kept = fit((_noted(rating, seen) for rating in ratings), budget, language, leans=leans)
        return [seen[id(candidate)] for candidate in kept]

    return take


def _noted(rating: Any, seen: dict[int, Any]) -> Candidate:
    candidate: Candidate = rating.sentence.candidate
    seen[id(candidate)] = rating
    return candidate
