"""Aligns two wordings of a sentence: which words stand at the same place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from unicodedata import combining, normalize

from digest.stories.corrections.folding import Token, tokenize
from digest.stories.corrections.folding import normalize as normalize_text
from digest.stories.corrections.vocabulary import are_opposite, are_same_term
from digest.text.stop_words import stop_words

#: Typing errors of a word: so many letters differ at most, in words so long at least.
_MAX_TYPO, _MIN_TYPO_LENGTH = 2, 4

Tokens = Sequence[Token]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Tokens that stand at the same place of both wordings; one side may be empty."""

    before: Tokens
    after: Tokens
    #: Where they begin in each wording.
    start: int
    new_start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Two wordings of a sentence, aligned."""

    before: Tokens
    after: Tokens
    before_text: str
    after_text: str
    language: str
    replacements: tuple[Replacement, ...]

    @property
    def insignificant(self) -> frozenset[str]:
        return stop_words(self.language)


def align(before: str, after: str, language: str) -> Wordings:
    """Both wordings with what differs. Words around the old wording in a longer new one don't count."""
    old, new = tokenize(before), tokenize(after)
    matcher = SequenceMatcher(None, [token.key for token in old], [token.key for token in new], autojunk=False)
    operations = [operation for operation in matcher.get_opcodes() if operation[0] != "equal"]
    return Wordings(
        before=old,
        after=new,
        before_text=normalize_text(before),
        after_text=normalize_text(after),
        language=language,
        replacements=tuple(
            Replacement(before=old[start:end], after=new[new_start:new_end], start=start, new_start=new_start)
            for kind, start, end, new_start, new_end in operations
            if not (kind == "insert" and start in {0, len(old)})
        ),
    )


def content(side: Tokens, wordings: Wordings) -> list[Token]:
    return [token for token in side if token.key not in wordings.insignificant]


def is_same_word(old: Tokens, new: Tokens) -> bool:
    """Whether the two sides are forms of one word, or differ by a few letters only, figures excepted."""
    first, second = ("".join(_plain(token.key) for token in side) for side in (old, new))
    if first == second or (len(old) == len(new) == 1 and are_same_term(old[0].key, new[0].key)):
        return True
    if any(character.isdigit() for character in first + second) or min(len(first), len(second)) < _MIN_TYPO_LENGTH:
        return False
    if any(are_opposite(old_token.key, new_token.key) for old_token in old for new_token in new):
        return False
    return _distance(first, second, limit=_MAX_TYPO) <= _MAX_TYPO


def _plain(word: str) -> str:
    """The word without accents; a damaged character counts as none."""
    decomposed = normalize("NFD", word.replace("ß", "ss"))
    return "".join(character for character in decomposed if not combining(character) and character != "\ufffd")


def _distance(first: str, second: str, *, limit: int) -> int:
    """Edit distance, with transpositions as one edit; more than ``limit`` where it is larger."""
    if abs(len(first) - len(second)) > limit:
        return limit + 1
    before_last: list[int] = []
    last = list(range(len(second) + 1))
    for row, character in enumerate(first, start=1):
        current = [row]
        for column, other in enumerate(second, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (character != other))
            if row > 1 and column > 1 and character == second[column - 2] and first[row - 2] == other:
                cost = min(cost, before_last[column - 2] + 1)
            current.append(cost)
        before_last, last = last, current
    return last[-1]
