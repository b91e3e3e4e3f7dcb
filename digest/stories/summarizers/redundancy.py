"""Redundancy: sentences that repeat another sentence of the same brief, in words or by a figure.

The default summarizer also scores sentences lower for words that the brief has already (``centrality.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.stories.summarizers.figures import Figure, figures, repeats_figure
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _SentenceContent:
    """What a sentence tells: content words, all words, and figures."""

    content: frozenset[str]
    wording: frozenset[str]
    figures: tuple[Figure, ...]

    def repeats(self, other: _SentenceContent) -> bool:
        if has_same_content(self.content, other.content) or _has_same_wording(self.wording, other.wording):
            return True
        if not self.figures or not other.figures:
            return False
        common = sum(not word[0].isdigit() for word in self.content & other.content)
        return repeats_figure(self.figures, other.figures, common)


class RedundancyFilter:
    """The sentences selected for one brief; refuses a further one that repeats any of them."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._selected: list[_SentenceContent] = []

    def add_unless_redundant(self, text: str) -> bool:
        """Add the sentence, unless it repeats content, wording or a figure; whether it was added."""
        sentence = _SentenceContent(
            content=content_set(text, self._language),
            wording=frozenset(stems(words(text, self._language), self._language)),
            figures=figures(text, self._language),
        )
        if any(sentence.repeats(earlier) for earlier in self._selected):
            return False
        self._selected.append(sentence)
        return True


def _has_same_wording(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two sentences are mostly the same words (Jaccard similarity), function words included."""
    return len(first & second) > _REDUNDANT_OVERLAP * len(first | second)
