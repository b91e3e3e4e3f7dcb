"""What an article is about, in a reader's plain words: ``football``, ``climate change``."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model import Article
from digest.text.words import stems, words

#: So many mentions make a topic, even where neither the title nor the first paragraph names it.
_MENTIONS = 3


def is_about(article: Article, topic: str) -> bool:
    """Does the title or the first paragraph name the topic, in any inflection, or the text again and again?"""
    wanted = _stems(topic, article.language)
    if not wanted:
        return False
    if any(_mentions(_stems(text, article.language), wanted) for text in (article.title, *article.paragraphs[:1])):
        return True
    return sum(_mentions(_stems(text, article.language), wanted) for text in article.paragraphs) >= _MENTIONS


def _stems(text: str, language: str) -> tuple[str, ...]:
    return stems(words(text, language), language)


def _mentions(found: Sequence[str], wanted: tuple[str, ...]) -> int:
    return sum(tuple(found[at : at + len(wanted)]) == wanted for at in range(len(found) - len(wanted) + 1))
