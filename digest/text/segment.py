"""Words in scripts that put no space between them: as an installed extra finds them, or pairs of letters.

    uv sync --extra zh        (or ja, th): pip install 'digest[zh]'

Pairs of letters need nothing and rate sentences well; whole words also meet the lists of stop words.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.util import find_spec

Segment = Callable[[str], Iterable[str]]

#: The package that knows a language's words; each is an extra of this program, by the language's tag.
EXTRAS = {"zh": "jieba", "ja": "tinysegmenter", "th": "pythainlp"}


def advice(language: str) -> str:
    """What to install for whole words of the language; empty if nothing is missing."""
    if language not in EXTRAS or find_spec(EXTRAS[language]):
        return ""
    return f"pip install 'digest[{language}]' finds whole words in this language; without it pairs of letters stand in"


def parts(run: str, language: str) -> tuple[str, ...]:
    """The words of a run of letters without a space."""
    return tuple(_segment(language)(run))


@lru_cache
def _segment(language: str) -> Segment:
    if language not in EXTRAS or not find_spec(EXTRAS[language]):
        return _pairs
    return {"zh": _chinese, "ja": _japanese, "th": _thai}[language]()


def _pairs(run: str) -> Iterable[str]:
    """``東京都`` → ``東京 京都``; a letter alone is itself."""
    return (run[at : at + 2] for at in range(max(len(run) - 1, 1)))


def _chinese() -> Segment:
    import logging

    with warnings.catch_warnings(action="ignore"):  # its regular expressions are spelt in an old way
        import jieba  # type: ignore[import-not-found]  # an extra

    jieba.setLogLevel(logging.WARNING)
    cut: Segment = jieba.lcut
    return cut


def _japanese() -> Segment:
    from tinysegmenter import TinySegmenter  # type: ignore[import-not-found]  # an extra

    cut: Segment = TinySegmenter().tokenize
    return cut


def _thai() -> Segment:
    from pythainlp.tokenize import word_tokenize  # type: ignore[import-not-found]  # an extra

    return lambda run: (word for word in word_tokenize(run) if word.strip())
