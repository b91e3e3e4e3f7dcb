"""Our own summarizer, on sumy's AbstractSummarizer (first version)."""

from __future__ import annotations

from collections.abc import Sequence

from digest.ports import Budget, Candidate
from digest.summarizers.lead import lead


class Default:
    def __call__(self, candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
        return lead(candidates, budget, language=language)
