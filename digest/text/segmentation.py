"""Words in scripts that put no space between them: as an installed extra finds them, or pairs of letters.

Pairs of letters need nothing and rate sentences well; whole words also meet the lists of stop words. Thai has no stop
at a sentence's end either: there an extra tells which space is one.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from importlib.util import find_spec

from digest.text.lazy_regex import lazy_compile

Segment = Callable[[str], Iterable[str]]

#: Half a letter: what is written in C takes none.
_HALF = lazy_compile("[\ud800-\udfff]")

#: The modules that know a language's words; each language is an extra of this program, by its tag.
EXTRAS = {"zh": ("rjieba",), "ja": ("tinysegmenter",), "th": ("pythainlp", "pycrfsuite")}
#: What to install for them, and what is found then.
_INSTALL = {
    "zh": ("rjieba", "whole words"),
    "ja": ("tinysegmenter", "whole words"),
    "th": ("pythainlp python-crfsuite", "whole words, and where sentences end"),
}


def install_hint(language: str) -> str:
    """What to install for more of the language to be understood; empty if nothing is missing."""
    if language not in EXTRAS or _is_there(language):
        return ""
    packages, found = _INSTALL[language]
    return f"pip install {packages} (or uv sync --extra {language}) finds {found}; until then pairs of letters stand in"


def _is_there(language: str) -> bool:
    return all(map(find_spec, EXTRAS[language]))


def parts(run: str, language: str) -> tuple[str, ...]:
    """The words of a run of letters without a space."""
    return tuple(_segment(language)(run))


def spoken(paragraph: str, language: str) -> Sequence[str]:
    """The paragraph's sentences, half letters replaced, if only an extra can tell them and loses nothing; else none."""
    if language != "th" or not _is_there(language):
        return ()
    readable = _HALF.sub("\N{REPLACEMENT CHARACTER}", paragraph)
    found = _thai_sentences()(readable)
    return found if "".join(found) == readable else ()


@lru_cache
def _segment(language: str) -> Segment:
    if language not in EXTRAS or not _is_there(language):
        return _pairs
    return {"zh": _chinese, "ja": _japanese, "th": _thai}[language]()


def _pairs(run: str) -> Iterable[str]:
    """``東京都`` → ``東京 京都``; a letter alone is itself."""
    return (run[at : at + 2] for at in range(max(len(run) - 1, 1)))


def _chinese() -> Segment:
    from rjieba import cut  # type: ignore[import-not-found,unused-ignore]  # an extra

    found: Segment = cut
    return found


def _japanese() -> Segment:
    from tinysegmenter import TinySegmenter  # type: ignore[import-not-found,import-untyped,unused-ignore]  # an extra

    cut: Segment = TinySegmenter().tokenize
    return cut


def _thai() -> Segment:
    _thai_stays_here()
    from pythainlp.tokenize import word_tokenize  # type: ignore[import-not-found,unused-ignore]  # an extra

    return lambda run: (word for word in word_tokenize(run) if word.strip())


@lru_cache
def _thai_sentences() -> Callable[[str], Sequence[str]]:
    _thai_stays_here()
    from pythainlp.tokenize import sent_tokenize  # type: ignore[import-not-found,unused-ignore]  # an extra

    return lambda paragraph: [str(sentence) for sentence in sent_tokenize(paragraph, engine="crfcut")]


def _thai_stays_here() -> None:
    """Left to itself the package makes a folder in the user's home, and fetches what it misses."""
    os.environ.setdefault("PYTHAINLP_READ_ONLY", "1")
    os.environ.setdefault("PYTHAINLP_OFFLINE", "1")
