"""Fill a brief's budget with the best sentences: whole ones only, none redundant."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.redundancy import RedundancyFilter

#: Languages written without spaces between words.
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})


def fill_budget(
    best_first: Iterable[Candidate],
    budget: Budget,
    language: str,
    *,
    is_anaphoric: Callable[[Candidate], bool] | None = None,
) -> list[Candidate]:
    """Select sentences in the order given, skipping what is too long for the budget or redundant.

    An anaphoric sentence is selected only if the sentence directly before it already is.
    """
    selected: list[Candidate] = []
    redundancy = RedundancyFilter(language)
    remaining = budget.sentences if budget.words is None else budget.words
    for candidate in best_first:
        size = 1 if budget.words is None else word_count(candidate.text, language)
        if size > remaining:
            continue
        if is_anaphoric and is_anaphoric(candidate) and not any(directly_follows(candidate, it) for it in selected):
            continue
        if not redundancy.add_unless_redundant(candidate.text):
            continue
        selected.append(candidate)
        remaining -= size
        if remaining <= 0:
            break
    return selected


def directly_follows(candidate: Candidate, predecessor: Candidate) -> bool:
    """Whether ``candidate`` is the next sentence of the same article."""
    return candidate.position == predecessor.position + 1 and candidate.article.id == predecessor.article.id


def word_count(text: str, language: str) -> int:
    """Number of words; without spaces between words, two characters count as one."""
    return len(text) // 2 if language in _UNSPACED else len(text.split())
