"""sumy's methods by name, all behind one adapter: our words in, its choice of sentences out.

A method rates; what is taken within the budget is settled by ``fit``, which sumy lets its caller decide (``count``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sumy.models.dom import ObjectDocumentModel  # type: ignore[import-untyped]  # sumy has no types
from sumy.summarizers import AbstractSummarizer  # type: ignore[import-untyped]  # sumy has no types

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers import sumy_methods
from digest.stories.summarizers.lead import lead
from digest.stories.summarizers.sumy_document import Told, document, taking
from digest.text.stop_words import stop_words
from digest.text.words import stemmer


class Named:
    """One of sumy's methods; the opening sentences where the language has no stop words."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._methods: dict[str, AbstractSummarizer] = {}

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        if not stop_words(language):
            return lead(candidates, budget, language=language)
        model = document(candidates, language)
        chosen: Sequence[Told] = self._method(model, language)(model, taking(budget, language))
        return tuple(sentence.candidate for sentence in chosen) or lead(candidates, budget, language=language)

    def _method(self, model: ObjectDocumentModel, language: str) -> AbstractSummarizer:
        """One for each language, with the stems it knows; but the title is a part of Edmundson's."""
        if self.name == "edmundson":
            titles = (word for heading in model.headings for word in heading.words)
            return sumy_methods.edmundson_with(stemmer(language), stop_words(language), titles)
        if language not in self._methods:
            self._methods[language] = sumy_methods.make(self.name, stemmer(language), stop_words(language))
        return self._methods[language]
