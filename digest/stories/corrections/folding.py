"""Folded text: only what distinguishes one wording from another, so that typography, case and spaces don't count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from digest.text.lazy_regex import lazy_compile

#: Soft hyphens, joiners, marks of direction, variation selectors.
_INVISIBLE = lazy_compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
#: Separators of thousands, in any style: 1,500, 1.500, 1 500, 1'500.
_THOUSANDS = lazy_compile(r"(?<![\d.,])\d{1,3}(?:[.,'’   ]\d{3})+(?![\d])(?![.,]\d{3}\b)")
_CONTRACTION = lazy_compile(r"\b(ca|wo|sha)?n['’\ufffd]t\b|n['’\ufffd]t\b|\bcannot\b", re.IGNORECASE)
_FULL_FORMS = {"ca": "can not", "wo": "will not", "sha": "shall not"}
#: A number, a word (a character of a script without spaces), a unit's sign, a minus.
_TOKEN = lazy_compile(
    r"\d+(?:[.,:]\d+)*|[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\d_]+|[$€£¥₹₽%‰°]"
    r"|(?<!\S)[-−–](?=\d)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A word, number or sign of a text."""

    #: For comparison.
    key: str
    #: As written.
    text: str
    start: int
    end: int


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of the text, without punctuation; contractions of "not" are written out."""
    return tuple(
        Token(key=_key(match[0]), text=match[0], start=match.start(), end=match.end())
        for match in _TOKEN.finditer(normalize(text))
    )


def normalize(text: str) -> str:
    """The text that the positions of ``tokenize`` are in."""
    return _THOUSANDS.sub(lambda match: re.sub(r"\D", "", match[0]), _normalize(text))


def _normalize(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return _CONTRACTION.sub(_full_form, text) if "n" in text else text


def _full_form(match: re.Match[str]) -> str:
    if match[0].lower() == "cannot":
        return "can not"
    return _FULL_FORMS.get((match[1] or "").lower(), " not")


def _key(word: str) -> str:
    if word[0].isdigit():
        return ".".join(part.lstrip("0") or "0" for part in re.split("[.,]", word))
    return "-" if word in {"−", "–"} else word.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldedText:
    """A text as one run of characters, in which sentences are looked for."""

    characters: str
    #: Positions at which a token starts, or ends.
    starts: frozenset[int]
    ends: frozenset[int]

    @classmethod
    def of(cls, texts: Iterable[str]) -> FoldedText:
        keys = [token.key for text in texts for token in tokenize(text)]
        position, starts, ends = 0, set[int](), set[int]()
        for key in keys:
            starts.add(position)
            position += len(key)
            ends.add(position)
        return cls(characters="".join(keys), starts=frozenset(starts), ends=frozenset(ends))

    def find(self, sentence: str, start: int = 0) -> int:
        """Where the sentence stands, in whatever typography; -1 if nowhere."""
        folded = fold(sentence)
        at = self.characters.find(folded, start) if folded else -1
        while at >= 0:
            if at in self.starts and at + len(folded) in self.ends:
                return at
            at = self.characters.find(folded, at + 1)
        return -1

    def has(self, sentence: str) -> bool:
        return self.find(sentence) >= 0


def fold(text: str) -> str:
    """The text's tokens, joined."""
    return "".join(token.key for token in tokenize(text))
