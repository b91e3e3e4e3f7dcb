"""Judges a changed headline: a corrected figure counts, another way to advertise the article doesn't."""

from __future__ import annotations

from collections.abc import Sequence

from digest.stories.corrections.folding import Token, fold, tokenize
from digest.stories.corrections.quantities import Figure, differing, figures

#: Share of the headline's words that stay, at least.
_SAME_HEADLINE = 0.7


def is_corrected_headline(before: str, after: str, *, new: Sequence[str], language: str) -> bool:
    """Whether only figures of the headline changed, and the article's text has the new ones and none of the old."""
    if not before or not after or fold(before) == fold(after):
        return False
    old_tokens, new_tokens = tokenize(before), tokenize(after)
    lost, gained = differing(figures(old_tokens, language), figures(new_tokens, language))
    if not lost or not gained or _same_words(old_tokens, new_tokens) < _SAME_HEADLINE:
        return False
    told = [figure for text in new for figure in figures(tokenize(text), language)]
    return not _has_any(lost, told) and all(_has_any([figure], told) for figure in gained)


def _has_any(wanted: Sequence[Figure], told: Sequence[Figure]) -> bool:
    return any(figure.equals(other) for figure in wanted for other in told)


def _same_words(old: Sequence[Token], new: Sequence[Token]) -> float:
    first, second = ({token.key for token in side if not token.key[0].isdigit()} for side in (old, new))
    return len(first & second) / max(len(first | second), 1)
