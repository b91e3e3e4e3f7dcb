"""The opening of a brief: the first self-contained sentences, and the article that opens it."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.anaphora import is_anaphoric
from digest.stories.summarizers.budget import fill_budget
from digest.stories.summarizers.fragments import is_fragment
from digest.stories.summarizers.relative_dates import has_relative_date


def is_self_contained(candidate: Candidate, language: str) -> bool:
    """Whether the sentence is understood without its neighbours: neither a fragment nor anaphoric."""
    return not is_fragment(candidate) and not is_anaphoric(candidate.text, language)


def lead(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """Summarizer ``lead``: the first sentences of the lead article, then of the next ones.

    Self-contained sentences go first, those with a relative date ("today") behind the others. Also used for languages
    without stop words.
    """
    places = {id(candidate): place for place, candidate in enumerate(candidates)}
    best_first = sorted(
        candidates,
        key=lambda candidate: (
            not is_self_contained(candidate, language),
            has_relative_date(candidate.text, language),
        ),
    )
    return tuple(sorted(fill_budget(best_first, budget, language), key=lambda candidate: places[id(candidate)]))


def reading_order(selected: Sequence[Candidate]) -> list[Candidate]:
    """Article by article: the one quoted from nearest its beginning opens the brief, as that part has the news."""
    first_positions = {candidate.article.id: candidate.position for candidate in reversed(selected)}
    return sorted(selected, key=lambda candidate: first_positions[candidate.article.id])
