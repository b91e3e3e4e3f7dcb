"""Redundancy: sentences that repeat another sentence of the same brief.

The default summarizer also scores sentences lower for words that the brief has already (``centrality.py``).
"""

from __future__ import annotations

from digest.text.words import content_stems, stems, words

#: Two sentences with more than this share of their words in common are redundant.
_REDUNDANT_OVERLAP = 0.5


def content_set(text: str, language: str) -> frozenset[str]:
    """The stems of a sentence's content words; of all its words if it has no content word."""
    tokens = words(text, language)
    return frozenset(content_stems(tokens, language) or stems(tokens, language))


def has_same_content(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two content sets mostly overlap, measured by the larger one."""
    return bool(first) and bool(second) and len(first & second) > _REDUNDANT_OVERLAP * max(len(first), len(second))


class RedundancyFilter:
    """The sentences selected for one brief; refuses a further one that repeats any of them."""

    def __init__(self, language: str) -> None:
        self._language = language
        #: Content words and all words of each selected sentence.
        self._selected: list[tuple[frozenset[str], frozenset[str]]] = []

    def add_unless_redundant(self, text: str) -> bool:
        """Add the sentence, unless it has the content or the wording of a selected one; whether it was added."""
        content = content_set(text, self._language)
        wording = frozenset(stems(words(text, self._language), self._language))
        for selected_content, selected_wording in self._selected:
            if has_same_content(content, selected_content) or _has_same_wording(wording, selected_wording):
                return False
        self._selected.append((content, wording))
        return True


def _has_same_wording(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two sentences are mostly the same words (Jaccard similarity), function words included."""
    return len(first & second) > _REDUNDANT_OVERLAP * len(first | second)
