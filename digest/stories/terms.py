"""Words of texts as numbers, and their terms: the stems of content words.

Each distinct word is looked up and stemmed once. A text as an array of numbers takes half the memory of its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from digest.model.articles import Article
from digest.stories.unique_values import unique_inverse
from digest.stories.vectors import Floats, Ints
from digest.text.memo import Memo
from digest.text.stop_words import stop_words
from digest.text.words import stemmer, tokenizer

#: Each word of a title counts so many times.
_TITLE_COUNT = 2
#: Words of the body that are compared (news comes first), and characters of it that are tokenized.
_BODY_WORDS, _BODY_CHARACTERS = 500, 20_000
#: The term of a word that has none.
_NO_TERM = -1


@dataclass(frozen=True, slots=True)
class Text:
    """The words of an article's title and of the beginning of its body, as numbers of a ``Lexicon``."""

    title: Ints
    body: Ints


class Lexicon:
    """The distinct words of some texts in one language, and their terms, by number in order of occurrence."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._stem = stemmer(language)
        self._word_numbers = _Numbers()
        tokenize, number = tokenizer(language), self._word_numbers.__getitem__
        #: The numbers of the words of a run of characters without white space: no word crosses white space.
        self._numbers_of_run = Memo(lambda run: tuple(map(number, tokenize(run))))
        self._term_numbers = _Numbers()
        self._term_of_word = np.empty(0, np.int32)
        self._is_name_form = np.empty(0, np.bool_)

    @property
    def words(self) -> list[str]:
        return [*self._word_numbers]

    @property
    def terms(self) -> list[str]:
        return [*self._term_numbers]

    def text(self, article: Article) -> Text:
        body = " ".join(article.paragraphs)[:_BODY_CHARACTERS]
        return Text(title=self._numbers(article.title), body=self._numbers(body))

    def _numbers(self, text: str) -> Ints:
        return np.fromiter(chain.from_iterable(map(self._numbers_of_run.__getitem__, text.split())), np.int32)

    def term_counts(self, text: Text) -> tuple[Ints, Floats]:
        """The text's terms and their counts; those in the title count ``_TITLE_COUNT`` times."""
        title = self._terms(text.title)
        terms, occurrences = unique_inverse(
            np.concatenate([title] * _TITLE_COUNT + [self._terms(self._beginning(text))])
        )
        return terms, np.bincount(occurrences, minlength=len(terms)).astype(float)

    def names(self, texts: Iterable[Text]) -> Iterator[str]:
        """The terms that most bodies write as names or numbers."""
        self._add_new_words()
        counts, name_counts = np.zeros((2, len(self._term_numbers)), np.int64)
        for text in texts:
            words = self._beginning(text)
            np.add.at(counts, self._terms(words), 1)
            np.add.at(name_counts, self._terms(words[self._is_name_form[words]]), 1)
        is_name = name_counts > counts / 2
        return (term for term, number in self._term_numbers.items() if is_name[number])

    @staticmethod
    def _beginning(text: Text) -> Ints:
        return text.body[:_BODY_WORDS]

    def _terms(self, words: Ints) -> Ints:
        self._add_new_words()
        terms: Ints = self._term_of_word[words]
        return np.asarray(terms[terms != _NO_TERM])

    def _add_new_words(self) -> None:
        """Find the terms of the words that were added since."""
        known = len(self._term_of_word)
        if known == len(self._word_numbers):
            return
        added = self.words[known:]
        self._term_of_word = np.append(self._term_of_word, np.array([*map(self._term, added)], np.int32))
        forms = np.array([word[0].isupper() or word[0].isdigit() for word in added])
        self._is_name_form = np.append(self._is_name_form, forms)

    def _term(self, word: str) -> int:
        is_content = word.lower() not in stop_words(self._language)
        if is_content and (len(word) > 1 or not word.isascii() or word.isdigit()):
            return self._term_numbers[self._stem(word)]
        return _NO_TERM


class _Numbers(dict[str, int]):
    """Numbers strings in order of their first occurrence."""

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self)
        return number
