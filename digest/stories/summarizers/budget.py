"""Fill a brief's budget with the best sentences: whole ones only, none redundant."""

from __future__ import annotations

from collections.abc import Iterable

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.redundancy import RedundancyFilter

#: Languages written without spaces between words.
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})


class Draft:
    """A brief under way: adds sentences that fit what is left of the budget and repeat nothing."""

    def __init__(self, budget: Budget, language: str) -> None:
        self.selected: list[Candidate] = []
        self._language = language
        self._counts_words = budget.words is not None
        self._remaining = budget.sentences if budget.words is None else budget.words
        self._redundancy = RedundancyFilter(language)

    @property
    def is_full(self) -> bool:
        return self._remaining <= 0

    def add(self, candidate: Candidate) -> bool:
        """Add the sentence, unless it is too long for the budget or redundant; whether it was added."""
        size = self._size(candidate)
        if size > self._remaining or not self._redundancy.add_unless_redundant(candidate.text):
            return False
        self.selected.append(candidate)
        self._remaining -= size
        return True

    def has_room_for(self, candidates: Iterable[Candidate]) -> bool:
        """Whether the budget has room for all of the sentences."""
        return sum(map(self._size, candidates)) <= self._remaining

    def _size(self, candidate: Candidate) -> int:
        return word_count(candidate.text, self._language) if self._counts_words else 1


def fill_budget(best_first: Iterable[Candidate], budget: Budget, language: str) -> list[Candidate]:
    """Select sentences in the order given, skipping what is too long for the budget or redundant."""
    draft = Draft(budget, language)
    for candidate in best_first:
        draft.add(candidate)
        if draft.is_full:
            break
    return draft.selected


def directly_follows(candidate: Candidate, predecessor: Candidate) -> bool:
    """Whether ``candidate`` is the next sentence of the same article."""
    return candidate.position == predecessor.position + 1 and candidate.article.id == predecessor.article.id


def word_count(text: str, language: str) -> int:
    """Number of words; without spaces between words, two characters count as one."""
    return len(text) // 2 if language in _UNSPACED else len(text.split())
