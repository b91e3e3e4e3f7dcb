"""Reading time of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS_PER_MINUTE = 230
_CJK_CHARACTERS_PER_MINUTE = 500
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")


def minutes_to_read(texts: Iterable[str]) -> float:
    """Minutes, unrounded: by words, and by characters in Chinese, Japanese and Korean."""
    words = characters = 0
    for text in texts:
        characters += len(_CJK.findall(text))
        words += len(_CJK.sub(" ", text).split())
    return words / _WORDS_PER_MINUTE + characters / _CJK_CHARACTERS_PER_MINUTE
