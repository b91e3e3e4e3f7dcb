"""The opening of a brief: the first self-contained sentences, and the article that opens it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.anaphora import is_anaphoric, presents
from digest.stories.summarizers.budget import fill_budget
from digest.stories.summarizers.fragments import is_fragment
from digest.stories.summarizers.relative_dates import has_misleading_date

#: A brief opens with one of so many sentences of an article, which stand among its first.
_OPENING_SENTENCES, _MAX_OPENING_POSITION = 8, 12


def is_self_contained(candidate: Candidate, language: str) -> bool:
    """Whether the sentence is understood without its neighbours: neither a fragment nor anaphoric."""
    return not is_fragment(candidate) and not needs_predecessor(candidate, language)


def needs_predecessor(candidate: Candidate, language: str) -> bool:
    """Whether the sentence is understood only after the one before it."""
    return is_anaphoric(candidate.text, language, opens_article=candidate.position == 0)


def points_to_title(candidate: Candidate, language: str) -> bool:
    """Whether the sentence opens its article by presenting what the title names: "These are fixes …"."""
    return candidate.position == 0 and bool(candidate.article.title) and presents(candidate.text, language)


def opening_places(candidates: Sequence[Candidate]) -> Iterator[tuple[int, int]]:
    """Rank and place of each article's first sentences, any of which may open a brief."""
    ranks: Counter[str] = Counter()
    for place, candidate in enumerate(candidates):
        if candidate.position < _MAX_OPENING_POSITION and (rank := ranks[candidate.article.id]) < _OPENING_SENTENCES:
            ranks[candidate.article.id] += 1
            yield rank, place


def lead(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """Summarizer ``lead``: the first sentences of the lead article, then of the next ones.

    Self-contained sentences go first, later ones with a relative date ("today") behind the others. Also used for
    languages without stop words.
    """
    places = {id(candidate): place for place, candidate in enumerate(candidates)}
    best_first = sorted(
        candidates,
        key=lambda candidate: (
            not is_self_contained(candidate, language),
            has_misleading_date(candidate, language),
        ),
    )
    selected = sorted(fill_budget(best_first, budget, language), key=lambda candidate: places[id(candidate)])
    return reading_order(selected)


def reading_order(selected: Sequence[Candidate], opening: Candidate | None = None) -> tuple[Candidate, ...]:
    """Article by article: that of the ``opening``, then those quoted from nearest their beginning, which has the news.

    Expects the sentences of each article in order.
    """
    first_positions = {candidate.article.id: candidate.position for candidate in reversed(selected)}
    opening_id = opening.article.id if opening else None
    return tuple(
        sorted(
            selected,
            key=lambda candidate: (candidate.article.id != opening_id, first_positions[candidate.article.id]),
        )
    )
