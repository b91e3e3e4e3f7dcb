"""The opening sentences: what is left where a language has no stop words or stemmer, and the baseline to beat."""

from __future__ import annotations

from collections.abc import Sequence

from digest.ports import Budget, Candidate
from digest.summarizers.fit import fit


def lead(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """The first sentences of the lead article, and of the next ones where room is left."""
    order = {id(candidate): at for at, candidate in enumerate(candidates)}
    return tuple(sorted(fit(candidates, budget, language), key=lambda candidate: order[id(candidate)]))
