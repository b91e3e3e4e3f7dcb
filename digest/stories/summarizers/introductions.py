"""Introductions: names that an article gives in full first ("Richard Komer") and by their last word afterwards.

A later sentence is understood only if the brief, or its title, has introduced the name as well. A name is recognised by
its capitals, in every language that has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.model.protocols import Candidate
from digest.text.quotes import QUOTES
from digest.text.stop_words import stop_words

_NAME = re.compile(r"(?<![\w'’\-])[^\W\d_][\w'’\-]{2,}")
_POSSESSIVE = re.compile(r"['’]s?$")
#: Characters before a name in which the word before it stands.
_MAX_WORD = 40
#: Characters of an abbreviation at most; a longer word with a stop ends a sentence.
_MAX_ABBREVIATION = 5
#: Courtesy titles: they do not say who somebody is.
_COURTESY_LIST = (
    "mr mrs ms miss mx messrs herr herrn frau m mm mme mlle monsieur madame sr sra srta señor señora don doña "
    "signor signora"
)
#: Words in capitals that follow another such word and are no names.
_NO_NAMES_LIST = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august "
    "september october november december montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "januar februar märz mai juni juli oktober dezember euro prozent uhr dollar kilometer meter tonnen jahre "
    "jahren"
)

_COURTESY = frozenset(_COURTESY_LIST.split())
_NO_NAMES = frozenset(_NO_NAMES_LIST.split())


class Introductions:
    """The names that a brief has introduced so far."""

    def __init__(self, language: str, title: str) -> None:
        self._stop_words = stop_words(language)
        self._introduced = set(_names(title))

    def add(self, text: str) -> None:
        """Introduce the names of a selected sentence."""
        self._introduced.update(_names(text))

    def has_unintroduced_name(self, candidate: Candidate) -> bool:
        """Whether the sentence has a bare name that its article gave in full earlier and the brief did not."""
        return any(
            name not in self._introduced and name.lower() not in self._stop_words and name.lower() not in _NO_NAMES
            and not self._is_full(candidate.text, name, courtesy=False)
            and any(self._is_full(text, name, courtesy=True) for text in _earlier_texts(candidate))
            for name in _names(candidate.text)
        )  # fmt: skip

    def _is_full(self, text: str, name: str, *, courtesy: bool) -> bool:
        """Whether the name follows another word in capitals; ``courtesy`` tells if a courtesy title is one."""
        at = text.find(name)
        while at >= 0:
            end = at + len(name)
            if text[at - 1 : at] == " " and not text[end : end + 1].isalnum():
                word = text[max(0, at - _MAX_WORD) : at - 1].rpartition(" ")[2].strip(QUOTES + "([")
                if self._is_given_name(word, courtesy=courtesy):
                    return True
            at = text.find(name, end)
        return False

    def _is_given_name(self, word: str, *, courtesy: bool) -> bool:
        lower = word.rstrip(".").lower()
        if not word[:1].isupper() or word[-1] in ",;:!?" or lower in self._stop_words:
            return False
        if word.endswith(".") and len(lower) > _MAX_ABBREVIATION:
            return False  # the end of a sentence
        return courtesy or lower not in _COURTESY


def _names(text: str) -> Iterable[str]:
    """The words in capitals, without a possessive ending."""
    return {_POSSESSIVE.sub("", word) for word in _NAME.findall(text) if word[0].isupper()}


def _earlier_texts(candidate: Candidate) -> Iterable[str]:
    """The article's text before the sentence."""
    paragraphs = candidate.article.paragraphs
    yield from paragraphs[: candidate.paragraph]
    if candidate.paragraph < len(paragraphs):
        before, sentence, _ = paragraphs[candidate.paragraph].partition(candidate.text)
        if sentence:
            yield before
