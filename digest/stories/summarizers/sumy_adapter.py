"""Adapter for sumy's methods: candidates in, sentences within the budget out.

Fills sumy's document model with our own sentences and words, so that NLTK's data is not needed. A method rates the
sentences; ``fill_budget`` selects them, which sumy allows by a callable in place of a count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from sumy.models.dom import (  # type: ignore[import-untyped]  # sumy has no types
    ObjectDocumentModel,
    Paragraph,
    Sentence,
)
from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers import sumy_methods
from digest.stories.summarizers.budget import fill_budget
from digest.stories.summarizers.opening import lead, reading_order
from digest.text.sentences import sentences
from digest.text.stop_words import stop_words
from digest.text.words import stemmer, words


class SumyMethod:
    """One of sumy's methods as a summarizer; a language without stop words gets the opening sentences."""

    def __init__(self, name: str) -> None:
        self.name = name
        #: By language; each caches the stems of its words.
        self._methods: dict[str, AbstractSummarizer] = {}

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        if not stop_words(language):
            return lead(candidates, budget, language=language)
        document = make_document(candidates, language)
        selected: Sequence[CandidateSentence] = self._method(document, language)(document, _within(budget, language))
        return reading_order([sentence.candidate for sentence in selected]) or lead(
            candidates, budget, language=language
        )

    def _method(self, document: ObjectDocumentModel, language: str) -> AbstractSummarizer:
        if self.name == "edmundson":  # depends on the titles
            title_words = (word for heading in document.headings for word in heading.words)
            return sumy_methods.make_edmundson(stemmer(language), stop_words(language), title_words)
        if language not in self._methods:
            self._methods[language] = sumy_methods.make_method(self.name, stemmer(language), stop_words(language))
        return self._methods[language]


class Tokenizer:
    """sumy's tokenizer interface over our sentences and words."""

    def __init__(self, language: str) -> None:
        self._language = language

    def to_sentences(self, paragraph: str) -> tuple[str, ...]:
        return sentences(paragraph, self._language)

    def to_words(self, sentence: str) -> tuple[str, ...]:
        return words(sentence, self._language)


class CandidateSentence(Sentence):  # type: ignore[misc]  # sumy has no types
    """sumy's sentence with its candidate."""

    __slots__ = ("candidate",)

    def __init__(self, candidate: Candidate, tokenizer: Tokenizer) -> None:
        super().__init__(candidate.text, tokenizer)
        self.candidate = candidate


def make_document(candidates: Sequence[Candidate], language: str) -> ObjectDocumentModel:
    """The candidates as sumy's document, with the articles' titles as its headings."""
    tokenizer = Tokenizer(language)
    titles = dict.fromkeys(candidate.article.title for candidate in candidates)
    headings = Paragraph([Sentence(title, tokenizer, is_heading=True) for title in titles])
    groups = groupby(candidates, key=lambda candidate: (candidate.article.id, candidate.paragraph))
    paragraphs = (Paragraph([CandidateSentence(candidate, tokenizer) for candidate in group]) for _, group in groups)
    return ObjectDocumentModel([headings, *paragraphs])


def _within(budget: Budget, language: str) -> Callable[[Iterable[Any]], list[Any]]:
    """sumy's ``count`` callable: of the ratings, best first, those within the budget; reads no more than needed."""

    def select(ratings: Iterable[Any]) -> list[Any]:
        by_candidate: dict[int, Any] = {}

        def candidates() -> Iterable[Candidate]:
            for rating in ratings:
                candidate: Candidate = rating.sentence.candidate
                by_candidate[id(candidate)] = rating
                yield candidate

        return [by_candidate[id(candidate)] for candidate in fill_budget(candidates(), budget, language)]

    return select
