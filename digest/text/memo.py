"""Answers that are kept: a day's news is written in few words, and each is asked about again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

#: So many answers are kept; a day's news has fewer words.
_MOST = 65_536
#: What is longer, in letters, isn't kept: it hardly comes again.
_LONGEST = 40


Answer = TypeVar("Answer")


class Memo(dict[str, Answer]):
    """What ``find`` answered; all of it is forgotten once it is too much.

    A dict, so that ``map(known.__getitem__, words)`` runs without a step of Python for a word that is known.
    """

    def __init__(self, find: Callable[[str], Answer]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, word: str) -> Answer:
        answer = self._find(word)
        if len(self) >= _MOST:
            self.clear()
        if len(word) <= _LONGEST:
            self[word] = answer
        return answer
