"""Word segmentation for scripts without spaces between words: by an installed extra, or as pairs of characters.

Pairs of characters need no package and rank sentences well; whole words can also be looked up in the stop word lists.
Thai has no full stop either: an extra tells which spaces end a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec

from digest.text.lazy_regex import lazy_compile

Segmenter = Callable[[str], Iterable[str]]

#: Segmenters written in C reject lone surrogates.
_SURROGATE = lazy_compile("[\ud800-\udfff]")

#: The modules that segment a language; each language is an extra of this program, named by its tag.
EXTRAS = {"zh": ("rjieba",), "ja": ("tinysegmenter",), "th": ("pythainlp", "pycrfsuite")}
#: The packages to install, and what they add.
_INSTALL = {
    "zh": ("rjieba", "whole words"),
    "ja": ("tinysegmenter", "whole words"),
    "th": ("pythainlp python-crfsuite", "whole words, and where sentences end"),
}


def install_hint(language: str) -> str:
    """Hint to install the language's segmenter; empty if it is installed, or if the language needs none."""
    if language not in EXTRAS or _is_installed(language):
        return ""
    packages, finds = _INSTALL[language]
    return (
        f"pip install {packages} (or uv sync --extra {language}) finds {finds}; "
        "without it, pairs of characters are used"
    )


def _is_installed(language: str) -> bool:
    return all(map(find_spec, EXTRAS[language]))


def segment_words(run: str, language: str) -> tuple[str, ...]:
    """The words of a run of characters without a space."""
    return tuple(_segmenter(language)(run))


def segment_sentences(paragraph: str, language: str) -> Sequence[str]:
    """The paragraph's sentences if the language needs an extra for them and it is installed; otherwise none.

    Lone surrogates are replaced. None as well if the extra would lose characters.
    """
    if language != "th" or not _is_installed(language):
        return ()
    encodable = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", paragraph)
    sentences = _thai_sentence_segmenter()(encodable)
    return sentences if "".join(sentences) == encodable else ()


@lru_cache
def _segmenter(language: str) -> Segmenter:
    if language not in EXTRAS or not _is_installed(language):
        return _character_pairs
    return {"zh": _chinese, "ja": _japanese, "th": _thai}[language]()


def _character_pairs(run: str) -> Iterable[str]:
    """``東京都`` → ``東京 京都``; a single character is returned as it is."""
    return (run[at : at + 2] for at in range(max(len(run) - 1, 1)))


def _chinese() -> Segmenter:
    from rjieba import cut  # type: ignore[import-not-found,unused-ignore]  # an extra

    segmenter: Segmenter = cut
    return segmenter


def _japanese() -> Segmenter:
    from tinysegmenter import TinySegmenter  # type: ignore[import-not-found,import-untyped,unused-ignore]  # an extra

    segmenter: Segmenter = TinySegmenter().tokenize
    return segmenter


def _thai() -> Segmenter:
    _set_pythainlp_offline()
    from pythainlp.tokenize import word_tokenize  # type: ignore[import-not-found,unused-ignore]  # an extra

    return lambda run: (word for word in word_tokenize(run) if word.strip())


@lru_cache
def _thai_sentence_segmenter() -> Callable[[str], Sequence[str]]:
    _set_pythainlp_offline()
    from pythainlp.tokenize import sent_tokenize  # type: ignore[import-not-found,unused-ignore]  # an extra

    return lambda paragraph: [str(sentence) for sentence in sent_tokenize(paragraph, engine="crfcut")]


def _set_pythainlp_offline() -> None:
    """By default the package creates a folder in the user's home and downloads missing data."""
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
    os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
