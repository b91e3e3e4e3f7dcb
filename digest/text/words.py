"""Words, their stems, and the words that carry no meaning, in any language.

A word keeps its case as written: "US" and "us" differ where names are looked for. Stems are lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import chain

from digest.text.lazy_regex import lazy_compile
from digest.text.memo import Memo
from digest.text.segmentation import EXTRAS, parts
from digest.text.stop_words import stop_words

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "＇": "'", "‐": "-", "‑": "-", "\u00ad": None})

# Scripts that put no space between words: what stands between two spaces is a clause, so pairs of letters stand in.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTER = rf"[^\W_{_UNSPACED}]"
_MARKED = rf"{_LETTER}+(?:[\u0300-\u036f]+{_LETTER}*)*"
_WORD = lazy_compile(
    rf"""
      (?P<unspaced>[{_UNSPACED}]+)
    | \d+(?:[.,:]\d+)*[^\W\d_{_UNSPACED}]*              # 1,000  3.5  19:30  7th  5km
    | (?:[^\W\d_{_UNSPACED}]\.){{2,}}                      # U.S.  a.m.
    | {_MARKED}(?:['\-·]{_MARKED})*
    """,
    re.VERBOSE,
)
#: The same, the quicker, for text without such scripts.
_SPACED_WORD = re.compile(
    r"\d+(?:[.,:]\d+)*[^\W\d_]*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
    r"(?:['\-·][^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*)*"
)
_ASCII_WORD = re.compile(
    r"[A-Za-z]{2}[A-Za-z0-9]*(?:['\-][A-Za-z0-9]+)*"  # most words: no other way is tried for them
    r"|\d+(?:[.,:]\d+)*[A-Za-z]*|(?:[A-Za-z]\.){2,}|[A-Za-z0-9]+(?:['\-][A-Za-z0-9]+)*"
)
_WITHOUT_SPACES = re.compile(f"[{_UNSPACED}]")
_MARKS = re.compile(r"[\u064b-\u065f\u0670\u0640\u05b0-\u05c7]")  # vowel points and tatweel: optional in writing
_ELISION = lazy_compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|[dns]ell|[ds]all|sull|quest|un)'(?=\w)", re.IGNORECASE
)
_ELIDING = frozenset({"fr", "it", "ca", "oc"})

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sk": "czech",
    "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


@lru_cache(maxsize=8192)
def words(text: str, language: str) -> tuple[str, ...]:
    """The words of ``text`` in order, case kept, typographic apostrophes made plain."""
    return tuple(chain.from_iterable(map(_found(_habit(language)).__getitem__, text.split())))


def _habit(language: str) -> str:
    """The language, if its words are found in a way of its own."""
    return language if language in _ELIDING or language in EXTRAS else ""


@lru_cache
def _found(habit: str) -> Memo[tuple[str, ...]]:
    """By what stands between two spaces: no word goes beyond."""
    return Memo(partial(_words, language=habit))


def _words(text: str, language: str) -> tuple[str, ...]:
    if text.isascii() and language not in _ELIDING:
        return tuple(_ASCII_WORD.findall(text))
    text = _MARKS.sub("", text.translate(_APOSTROPHES))
    if language not in _ELIDING and not _WITHOUT_SPACES.search(text):
        return tuple(_SPACED_WORD.findall(text))
    found: list[str] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if match["unspaced"]:
            found.extend(parts(word, language))
        elif language in _ELIDING and (elided := _ELISION.match(word)):
            found += (elided.group(), word[elided.end() :])
        else:
            found.append(word)
    return tuple(found)


def stems(words: Iterable[str], language: str) -> tuple[str, ...]:
    """Each word's stem, in order; the word in lower case where the language has no stemmer."""
    return tuple(map(_stems(language).__getitem__, words))


def stemmer(language: str) -> Callable[[str], str]:
    """What ``stems`` does with one word."""
    return _stems(language).__getitem__


def content_stems(words: Iterable[str], language: str) -> tuple[str, ...]:
    """The stems of those words that carry meaning, in order."""
    return tuple(filter(None, map(_meanings(language).__getitem__, words)))


@lru_cache
def _meanings(language: str) -> Memo[str]:
    stem, stop = _stems(language), stop_words(language)
    return Memo(lambda word: "" if word.lower() in stop else stem[word])


@lru_cache
def _stems(language: str) -> Memo[str]:
    stem = _snowball(language)
    return Memo(lambda word: stem(word.lower()))


def _snowball(language: str) -> Callable[[str], str]:
    if language == "uk":  # Snowball has none; importing sumy's costs all of NLTK, so only Ukrainian pays
        from sumy.nlp.stemmers.ukrainian import stem_word  # type: ignore[import-untyped]  # sumy has no types

        return lambda word: str(stem_word(word))
    if name := _SNOWBALL.get(language):
        from Stemmer import Stemmer  # type: ignore[import-not-found]  # PyStemmer is one binary, without types

        made = Stemmer(name)
        return lambda word: str(made.stemWord(word))
    return str
