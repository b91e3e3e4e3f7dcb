"""What every summarizer keeps to: the budget, whole sentences only, and nothing said twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from digest.model.protocols import Budget, Candidate
from digest.text.words import content_stems, stems, words

#: Two sentences with more than this share of the longer one's meaningful words in common say the same.
TWICE = 0.5
_UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my"})


def fit(
    preferred: Iterable[Candidate], budget: Budget, language: str, *, leans: Callable[[Candidate], bool] | None = None
) -> list[Candidate]:
    """The best of ``preferred`` (the best first) that the budget holds, none of them a near-twin of a better one.

    One that ``leans`` is taken only after the sentence right before it.
    """
    taken: list[Candidate] = []
    said: list[tuple[frozenset[str], frozenset[str]]] = []
    room = budget.sentences if budget.words is None else budget.words
    for candidate in preferred:
        size = 1 if budget.words is None else length(candidate.text, language)
        if size > room or (leans and leans(candidate) and not any(is_next(candidate, other) for other in taken)):
            continue
        meant, spoken = content(candidate.text, language), _spoken(candidate.text, language)
        if any(is_twin(meant, other) or _is_echo(spoken, echo) for other, echo in said):
            continue
        taken.append(candidate)
        said.append((meant, spoken))
        room -= size
        if room <= 0:
            break
    return taken


def is_next(candidate: Candidate, other: Candidate) -> bool:
    """Whether it stands right after the other."""
    return candidate.position == other.position + 1 and candidate.article.id == other.article.id


def length(text: str, language: str) -> int:
    """How many words a reader counts; where words aren't spaced, two letters make one."""
    return len(text) // 2 if language in _UNSPACED else len(text.split())


def content(text: str, language: str) -> frozenset[str]:
    """The stems of the words that carry meaning; of all words where none does."""
    spoken = words(text, language)
    return frozenset(content_stems(spoken, language) or stems(spoken, language))


def _spoken(text: str, language: str) -> frozenset[str]:
    return frozenset(stems(words(text, language), language))


def _is_echo(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences are mostly the same words, small ones too."""
    return len(one & other) > TWICE * len(one | other)


def is_twin(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sentences, as ``content`` gives them, say the same."""
    return bool(one) and bool(other) and len(one & other) > TWICE * max(len(one), len(other))
