"""Salience: how much the window's other outlets write about the subject of a story. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digest.model.articles import Article
from digest.model.stories import Story
from digest.text.words import content_stems, words

#: Content words of a title that an article about the same subject shares, at least.
_SHARED_WORDS = 2
#: Paragraphs and characters of an article's body in which they are looked for: the news comes first.
_OPENING_PARAGRAPHS, _OPENING_CHARACTERS = 3, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Salience:
    """Number of outlets, other than the story's own, that write about its subject, and of all others in the window."""

    related: int = 0
    others: int = 0


NO_SALIENCE = Salience()


def find_salience(stories: Sequence[Story]) -> Mapping[str, Salience]:
    """The salience of each story by its lead's id."""
    articles = [article for story in stories for article in story.all_articles]
    outlets = [article.outlet for article in articles]
    index: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, article in enumerate(articles):
        for term in _terms(f"{article.title} {_opening(article)}", article.language):
            index[article.language, term].append(position)
    arrays = {key: np.array(positions) for key, positions in index.items() if len(positions) > 1}
    all_outlets = set(outlets)
    by_lead: dict[str, Salience] = {}
    for story in stories:
        keys = ((story.lead.language, term) for term in _terms(story.lead.title, story.lead.language))
        matches = [arrays[key] for key in keys if key in arrays]
        related = np.flatnonzero(np.bincount(np.concatenate(matches)) >= _SHARED_WORDS) if matches else ()
        own = {article.outlet for article in story.all_articles}
        by_lead[story.lead.id] = Salience(
            related=len({outlets[position] for position in related} - own), others=len(all_outlets - own)
        )
    return by_lead


def _terms(text: str, language: str) -> set[str]:
    """The stems of the content words; single letters are none."""
    tokens = words(text, language)
    return {stem for stem in content_stems(tokens, language) if len(stem) > 1 or not stem.isascii()}


def _opening(article: Article) -> str:
    return " ".join(article.paragraphs[:_OPENING_PARAGRAPHS])[:_OPENING_CHARACTERS]
