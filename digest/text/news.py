"""What an article tells that others have not told: the difference between a new turn and another telling."""

from __future__ import annotations

from collections.abc import Iterable

from digest.model import Article
from digest.text.sentences import sentences
from digest.text.words import stems, stop_words, words

#: A sentence is news if so much of what it says was said in none of the others.
_UNSAID = 0.5
#: A new turn takes so many new sentences, and so large a share of the article. Another outlet's telling of the same
#: things has 0.58 where it is compared with one article, and 0.22 with three; an event of the same kind has 0.76.
_SENTENCES, _SHARE = 2, 0.5
#: Sentences of the article that are looked at: what is new stands at the top.
_TOP = 12
#: Words in a sentence that says something.
_WORDS = 4


def is_news(article: Article, told: Iterable[Article]) -> bool:
    """Did the story take a new turn: is the article later than those told, its title new, and most of its top too?"""
    known = list(told)
    if any(article.published <= other.published for other in known):
        return False
    said = frozenset[str]().union(*(_said(text, article.language) for other in known for text in _texts(other)))
    if not _said(article.title, article.language) - said:
        return False
    new = [_unsaid(sentence, said, article.language) for sentence in _top(article)]
    return sum(new) >= max(_SENTENCES, _SHARE * len(new))


def _texts(article: Article) -> tuple[str, ...]:
    return article.title, *article.paragraphs


def _top(article: Article) -> list[str]:
    every = (sentence for paragraph in article.paragraphs for sentence in sentences(paragraph, article.language))
    telling = (sentence for sentence in every if len(_said(sentence, article.language)) >= _WORDS)
    return [sentence for _, sentence in zip(range(_TOP), telling, strict=False)]


def _unsaid(sentence: str, said: frozenset[str], language: str) -> bool:
    tells = _said(sentence, language)
    return len(tells - said) >= _UNSAID * len(tells)


def _said(text: str, language: str) -> frozenset[str]:
    """The stems of the words that tell something."""
    stop = stop_words(language)
    return frozenset(stems((word for word in words(text, language) if word.lower() not in stop), language))
