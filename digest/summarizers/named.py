"""sumy's methods by name, all behind one adapter: our words in, its choice of sentences out.

A method rates; what is taken within the budget is settled by ``fit``, which sumy lets its caller decide (``count``).
"""

from __future__ import annotations

from collections.abc import Sequence

from digest.ports import Budget, Candidate
from digest.summarizers import methods
from digest.summarizers.document import Stemmer, Told, document, taking
from digest.summarizers.lead import lead
from digest.text.words import stop_words


class Named:
    """One of sumy's methods; the opening sentences where the language has no stop words."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        if not stop_words(language):
            return lead(candidates, budget, language=language)
        model = document(candidates, language)
        headings = (word for heading in model.headings for word in heading.words)
        method = methods.make(self.name, Stemmer(language), stop_words(language), headings)
        chosen: Sequence[Told] = method(model, taking(budget, language))
        return tuple(sentence.candidate for sentence in chosen) or lead(candidates, budget, language=language)
