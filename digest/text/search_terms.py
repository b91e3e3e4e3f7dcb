"""Full-text search: tokens of texts, and terms of queries. Both are made alike, so that each finds the other.

The tokens are the words of ``text.words`` without regard to the language, which a query doesn't tell: Chinese, Japanese
and Thai are pairs of characters, of which any part of a text can be found. Case, accents and punctuation don't count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest.text.lazy_regex import lazy_compile
from digest.text.memo import Memo
from digest.text.words import words

#: No language: words are split by their characters alone.
_ANY_LANGUAGE = "und"
#: Characters of a token, tokens of a text; what is beyond can't be found. PostgreSQL limits both.
_MAX_TOKEN_LENGTH, _MAX_TOKENS = 60, 5_000
#: Characters of a query, its terms, and tokens of a term; what is beyond is ignored.
MAX_QUERY_LENGTH = 200
_MAX_TERMS, _MAX_TERM_TOKENS = 12, 20
#: The last word of a query matches words that begin with it, if it has so many characters.
_MIN_PREFIX_LENGTH = 3

#: Quoted phrases, by any language's marks; else runs without white space.
_PARTS = lazy_compile(r'["“”„«»「」『』](?P<phrase>[^"“”„«»「」『』]*)["“”„«»「」『』]?|(?P<word>[^\s"“”„«»「」『』]+)')
_ACCENTS = lazy_compile("[\u0300-\u036f]")
_ABBREVIATION = lazy_compile(r"(?:[^\W\d_]\.){2,}")  # U.S.
#: Letters whose accent Unicode doesn't separate.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
#: Scripts of which ``words`` makes pairs of characters.
_UNSPACED = lazy_compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One part of a query: tokens that follow each other."""

    tokens: tuple[str, ...]
    #: The last token is the beginning of a word.
    is_prefix: bool = False


def search_tokens(text: str) -> tuple[str, ...]:
    """The tokens of a text, in order; they have letters and digits only, in lower case."""
    tokens = [token for word in words(text, _ANY_LANGUAGE) for token in _TOKENS[word]]
    return tuple(tokens[:_MAX_TOKENS])


def indexed_tokens(texts: Iterable[str]) -> tuple[str, ...]:
    """The tokens of a document. Further ones at its end find the last character of a run of pairs by itself."""
    tokens: list[str] = []
    last_characters: dict[str, None] = {}
    for text in texts:
        tokens += search_tokens(text)
        last_characters |= dict.fromkeys(run.group()[-1] for run in _UNSPACED.finditer(text))
    return tuple(tokens[: _MAX_TOKENS - len(last_characters)] + list(last_characters)[:_MAX_TOKENS])


def parse_query(query: str) -> tuple[Term, ...]:
    """The terms of a query, all of which a text must have; none if there is nothing to search for.

    ``"island ferry"`` in quotation marks is a phrase. The last word may be the beginning of a word.
    """
    terms = list(_terms(query[:MAX_QUERY_LENGTH]))[:_MAX_TERMS]
    return tuple(dict.fromkeys(terms))


def _terms(query: str) -> Iterator[Term]:
    parts = list(_PARTS.finditer(query))
    for part in parts:
        is_last_word = part is parts[-1] and part["word"] is not None
        tokens = search_tokens(part["word"] or part["phrase"] or "")[:_MAX_TERM_TOKENS]
        if not tokens:
            continue
        is_single_character = len(tokens) == 1 and bool(_UNSPACED.fullmatch(tokens[0])) and len(tokens[0]) == 1
        is_long_enough = len(tokens[-1]) >= _MIN_PREFIX_LENGTH and not _UNSPACED.search(tokens[-1])
        yield Term(tokens=tokens, is_prefix=is_single_character or (is_last_word and is_long_enough))


def fold(text: str) -> str:
    """The text in lower case, without accents, as tokens are compared."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    decomposed = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", decomposed).translate(_LETTERS)


def _word_tokens(word: str) -> tuple[str, ...]:
    """The runs of letters, digits and their marks."""
    text = fold(word.replace(".", "") if _ABBREVIATION.fullmatch(word) else word)
    spaced = "".join(char if unicodedata.category(char)[0] in "LNM" else " " for char in text)
    return tuple(token[:_MAX_TOKEN_LENGTH] for token in spaced.split())


_TOKENS = Memo(_word_tokens)
