"""The opening sentences: what is left where a language has no stop words or stemmer, and what newspapers do."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.anaphora import says_when, stands_alone
from digest.stories.summarizers.budget import fit


def lead(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """The first sentences of the lead article that stand alone, and of the next ones where room is left."""
    order = {id(candidate): at for at, candidate in enumerate(candidates)}
    preferred = sorted(candidates, key=lambda one: (not stands_alone(one, language), says_when(one.text, language)))
    return tuple(sorted(fit(preferred, budget, language), key=lambda candidate: order[id(candidate)]))
