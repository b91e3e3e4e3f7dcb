"""What an article is about, in a reader's plain words: ``football``, ``climate change``."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model import Article
from digest.text.stop_words import stop_words
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
    """Stems of all words; an abbreviation that would be a small word ("US", "IT", "WHO") stays as it is written."""
    found = words(text, language)
    small = frozenset() if _shouts(text, found) else stop_words(language)
    written = zip(found, stems(found, language), strict=True)
    return tuple(word if word.isupper() and len(word) > 1 and word.lower() in small else stem for word, stem in written)


def _shouts(text: str, found: Sequence[str]) -> bool:
    """A line of capitals, in which an abbreviation can't be told."""
    return len(found) > 3 and text.isupper()


def _mentions(found: Sequence[str], wanted: tuple[str, ...]) -> int:
    return sum(tuple(found[at : at + len(wanted)]) == wanted for at in range(len(found) - len(wanted) + 1))
