"""Word tokenizer and stemmer for any language.

A word keeps its case ("US" and "us" differ where names are looked for). Stems are lower case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from itertools import chain

from digest.text.lazy_regex import lazy_compile
from digest.text.memo import Memo
from digest.text.segmentation import EXTRAS, segment_words
from digest.text.stop_words import stop_words

_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "＇": "'", "‐": "-", "‑": "-", "\u00ad": None})

# Scripts without spaces between words: there a run of characters is a clause, and needs segmentation.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_CHARACTER = rf"[^\W_{_UNSPACED}]"
_ACCENTED = rf"{_CHARACTER}+(?:[\u0300-\u036f]+{_CHARACTER}*)*"
_WORD = lazy_compile(
    rf"""
      (?P<unspaced>[{_UNSPACED}]+)
    | \d+(?:[.,:]\d+)*[^\W\d_{_UNSPACED}]*              # 1,000  3.5  19:30  7th  5km
    | (?:[^\W\d_{_UNSPACED}]\.){{2,}}                      # U.S.  a.m.
    | {_ACCENTED}(?:['\-·]{_ACCENTED})*
    """,
    re.VERBOSE,
)
#: ``_WORD`` for text without such scripts; faster.
_SPACED_WORD = re.compile(
    r"\d+(?:[.,:]\d+)*[^\W\d_]*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
    r"(?:['\-·][^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*)*"
)
_ASCII_WORD = re.compile(
    r"[A-Za-z]{2}[A-Za-z0-9]*(?:['\-][A-Za-z0-9]+)*"  # first, because it matches most words
    r"|\d+(?:[.,:]\d+)*[A-Za-z]*|(?:[A-Za-z]\.){2,}|[A-Za-z0-9]+(?:['\-][A-Za-z0-9]+)*"
)
_HAS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_VOWEL_POINTS = re.compile(r"[\u064b-\u065f\u0670\u0640\u05b0-\u05c7]")  # and tatweel: optional in writing
_ELISION = lazy_compile(
    r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|[dns]ell|[ds]all|sull|quest|un)'(?=\w)", re.IGNORECASE
)
_ELIDING = frozenset({"fr", "it", "ca", "oc"})

#: Snowball's name for the stemmer of each language.
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
    """The words of ``text`` in order: case kept, typographic apostrophes and hyphens replaced by ASCII."""
    return tuple(chain.from_iterable(map(_tokenizer(_rules_of(language)).__getitem__, text.split())))


def tokenizer(language: str) -> Callable[[str], tuple[str, ...]]:
    """A function that returns the words of a run of characters without white space, as in ``words``."""
    return _tokenizer(_rules_of(language)).__getitem__


def _rules_of(language: str) -> str:
    """The language if it has tokenization rules of its own; otherwise empty."""
    return language if language in _ELIDING or language in EXTRAS else ""


@lru_cache
def _tokenizer(language: str) -> Memo[tuple[str, ...]]:
    """Words by run of characters without white space: no word crosses white space."""
    return Memo(partial(_tokenize, language=language))


def _tokenize(run: str, language: str) -> tuple[str, ...]:
    if run.isascii() and language not in _ELIDING:
        return tuple(_ASCII_WORD.findall(run))
    run = _VOWEL_POINTS.sub("", run.translate(_APOSTROPHES))
    if language not in _ELIDING and not _HAS_UNSPACED.search(run):
        return tuple(_SPACED_WORD.findall(run))
    tokens: list[str] = []
    for match in _WORD.finditer(run):
        word = match.group()
        if match["unspaced"]:
            tokens.extend(segment_words(word, language))
        elif language in _ELIDING and (elided := _ELISION.match(word)):
            tokens += (elided.group(), word[elided.end() :])
        else:
            tokens.append(word)
    return tuple(tokens)


def stems(words: Iterable[str], language: str) -> tuple[str, ...]:
    """The stem of each word, in order; without a stemmer for the language, the word in lower case."""
    return tuple(map(_stems(language).__getitem__, words))


def stemmer(language: str) -> Callable[[str], str]:
    """A function that returns the stem of one word, as in ``stems``."""
    return _stems(language).__getitem__


def content_stems(words: Iterable[str], language: str) -> tuple[str, ...]:
    """The stems of the words that are not stop words, in order."""
    return tuple(filter(None, map(_content_stems(language).__getitem__, words)))


@lru_cache
def _content_stems(language: str) -> Memo[str]:
    """Stem by word; empty for a stop word."""
    stem, excluded = _stems(language), stop_words(language)
    return Memo(lambda word: "" if word.lower() in excluded else stem[word])


@lru_cache
def _stems(language: str) -> Memo[str]:
    stem = _snowball(language)
    return Memo(lambda word: stem(word.lower()))


def _snowball(language: str) -> Callable[[str], str]:
    if language == "uk":  # not in Snowball; importing sumy's stemmer imports all of NLTK, so it is done here only
        from sumy.nlp.stemmers.ukrainian import stem_word  # type: ignore[import-untyped]  # sumy has no types

        return lambda word: str(stem_word(word))
    if name := _SNOWBALL.get(language):
        from Stemmer import Stemmer  # type: ignore[import-not-found]  # PyStemmer is one binary, without types

        snowball = Stemmer(name)
        return lambda word: str(snowball.stemWord(word))
    return str
