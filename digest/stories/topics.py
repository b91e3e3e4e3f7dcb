"""Topics in plain words, as in the settings: whether a story is about ``football`` or ``climate change``."""

from __future__ import annotations

from collections.abc import Sequence

from digest.model.articles import Article
from digest.model.stories import Story
from digest.text.stop_words import stop_words
from digest.text.words import stems, words

#: Mentions that make a topic if neither the title nor the first paragraph names it.
_MENTIONS = 3


def is_story_about(story: Story, topic: str) -> bool:
    """Whether at least half of the story's articles are about the topic."""
    return 2 * sum(is_about(article, topic) for article in story.articles) >= len(story.articles)


def is_about(article: Article, topic: str) -> bool:
    """Whether the title or the first paragraph names the topic, in any inflection, or the body several times."""
    topic_stems = _stems(topic, article.language)
    if not topic_stems:
        return False
    beginning = (article.title, *article.paragraphs[:1])
    if any(_mentions(_stems(text, article.language), topic_stems) for text in beginning):
        return True
    return sum(_mentions(_stems(text, article.language), topic_stems) for text in article.paragraphs) >= _MENTIONS


def _stems(text: str, language: str) -> tuple[str, ...]:
    """Stems of all words; an abbreviation that is also a stop word ("US", "IT", "WHO") stays in capitals."""
    tokens = words(text, language)
    abbreviations = frozenset() if _is_all_capitals(text, tokens) else stop_words(language)
    return tuple(
        word if word.isupper() and len(word) > 1 and word.lower() in abbreviations else stem
        for word, stem in zip(tokens, stems(tokens, language), strict=True)
    )


def _is_all_capitals(text: str, tokens: Sequence[str]) -> bool:
    """Whether it is a line in capitals, in which abbreviations do not stand out."""
    return len(tokens) > 3 and text.isupper()


def _mentions(tokens: Sequence[str], topic: tuple[str, ...]) -> int:
    """The number of times that the topic's words follow each other in ``tokens``."""
    return sum(tuple(tokens[at : at + len(topic)]) == topic for at in range(len(tokens) - len(topic) + 1))
