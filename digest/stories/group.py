"""Group articles into stories: articles about one event, across outlets and days, and their near-duplicates.

Articles are compared by TF-IDF vectors of title and body, expanded by their nearest neighbours, and clustered. No step
compares all pairs.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from digest.model.articles import Article
from digest.model.stories import Story
from digest.stories.clusters import cluster
from digest.stories.expansion import expand_by_neighbours
from digest.stories.near_duplicates import find_near_duplicates
from digest.stories.neighbours import nearest_neighbours
from digest.stories.opinion import is_opinion
from digest.stories.opinion_pieces import among_reports, join_opinions, nearest_reports
from digest.stories.release_versions import DifferentVersions
from digest.stories.similarity import time_decay
from digest.stories.single_articles import join_single_articles
from digest.stories.terms import Lexicon
from digest.stories.title_figures import join_by_title_figures
from digest.stories.vectors import Bools, Floats, Ints, Vectors, tf_idf
from digest.text.headlines import tells_news
from digest.text.urls import is_web_url

#: Similarity thresholds of articles and of bare headlines if they had many terms; they fall with brevity.
_THRESHOLD, _HEADLINE_THRESHOLD = 0.78, 0.7
#: The highest threshold: whole articles on one event are this similar, however few texts there are.
_MAX_THRESHOLD = 0.72
#: Texts from which on rarity is reliable, and the exponent of the threshold where nothing is known about rarity.
_RELIABLE_TEXTS, _UNRELIABLE_EXPONENT = 3000, 0.2
#: Influence of the time between two texts without terms. It is 2/3 of that for bare titles, near 0 for articles.
_TIME_INFLUENCE = 1.15
#: Weight of names and numbers, which distinguish similar events.
_NAME_WEIGHT = 1.75
#: Neighbours that expand the vector of an article and of a headline, and the terms it then has at most.
_EXPANSION_NEIGHBOURS, _HEADLINE_NEIGHBOURS, _MAX_TERMS = 7, 12, 250
#: Neighbours that an article is compared with in clustering.
_CLUSTERING_NEIGHBOURS = 20
#: Brevity from which on a single article is not judged by its nearest neighbours alone.
_MAX_BREVITY = 0.5
#: Words from which on an article is not preferred for its length.
_FULL_LENGTH = 1000


def group(articles: Sequence[Article], *, weights: Mapping[str, float] | None = None) -> tuple[Story, ...]:
    """Stories by the time of their lead; each article is in exactly one.

    ``weights`` are those of the sources (1 if absent). The result does not depend on the order of ``articles``.
    """
    ordered = sorted(articles, key=lambda article: (article.published, article.id, article.url))
    stories = (
        _group_language(same_language, language, weights or {})
        for language, same_language in sorted(_by_language(ordered).items())
    )
    return tuple(sorted(chain.from_iterable(stories), key=lambda story: (story.lead.published, story.lead.id)))


def _by_language(articles: Sequence[Article]) -> dict[str, list[Article]]:
    """A story has one language. A bare title, too short for detection, has the main language of its source."""
    languages: dict[str, Counter[str]] = defaultdict(Counter)
    for article in articles:
        languages[article.source_id][article.language] += 1
    by_language: dict[str, list[Article]] = defaultdict(list)
    for article in articles:
        counts = languages[article.source_id]
        main_language = min(counts, key=lambda tag: (-counts[tag], tag))
        by_language[article.language if article.paragraphs else main_language].append(article)
    return by_language


def _group_language(same_language: Sequence[Article], language: str, weights: Mapping[str, float]) -> Iterator[Story]:
    """The stories of one language."""
    preferred = sorted(same_language, key=lambda article: _lead_preference(article, weights))
    copies, vectors, is_headline = _copies_and_vectors(preferred, language)
    originals = [*copies]
    are_opinions = np.array([any(is_opinion(preferred[copy]) for copy in copies[index]) for index in originals])
    articles = [preferred[index] for index in originals]
    for members in _cluster(articles, vectors, is_headline=is_headline, are_opinions=are_opinions):
        indices = sorted(originals[member] for member in members)
        near_duplicates = (copy for index in indices for copy in copies[index] if copy != index)
        yield Story(
            articles=tuple(preferred[index] for index in indices),
            near_duplicates=tuple(preferred[index] for index in near_duplicates),
        )


def _copies_and_vectors(articles: Sequence[Article], language: str) -> tuple[dict[int, list[int]], Vectors, Bools]:
    """The originals, by time, each with its near-duplicates and itself, as indices; and the originals' vectors.

    The last value says which originals are compared as bare headlines. The words of all texts, which take more memory
    than the vectors, are gone afterwards.
    """
    lexicon = Lexicon(language)
    texts = [lexicon.text(article) for article in articles]
    copies: dict[int, list[int]] = defaultdict(list)
    versions_differ = DifferentVersions(articles)
    near_duplicates = find_near_duplicates(
        [text.body if len(text.body) else text.title for text in texts],
        lexicon.words,
        lambda text, original: not versions_differ([text], [original]),
    )
    for index, original in enumerate(near_duplicates):
        copies[original].append(index)
    originals = sorted(copies, key=lambda index: (articles[index].published, articles[index].id))
    name_weights = dict.fromkeys(lexicon.names(texts[index] for index in originals), _NAME_WEIGHT)
    is_headline = np.array([not len(texts[index].body) for index in originals], dtype=bool)
    if 2 * is_headline.sum() <= len(is_headline):  # among articles, their words tell what a headline is about
        is_headline[:] = False
    counts = (lexicon.term_counts(texts[index]) for index in originals)
    vectors = tf_idf(counts, lexicon.terms, name_weights, is_headline.tolist())
    return {index: copies[index] for index in originals}, vectors, is_headline


def _lead_preference(article: Article, weights: Mapping[str, float]) -> tuple[object, ...]:
    """Sort key for the lead: a web link, a title with news, source weight times length, then the earlier article."""
    fullness = weights.get(article.source_id, 1.0) * math.log2(min(article.words, _FULL_LENGTH) + 8)
    is_weak = is_opinion(article) or not tells_news(article.title, article.language)
    return not is_web_url(article.url), is_weak, -round(fullness, 6), article.published, article.id


def _cluster(
    articles: Sequence[Article], vectors: Vectors, *, is_headline: Bools, are_opinions: Bools
) -> list[list[int]]:
    """Clusters of rows, one for each story: those of reports first, then opinions on them."""
    hours = np.array([article.published.timestamp() / 3600 for article in articles])
    time_influence = np.minimum(1.0, _TIME_INFLUENCE * vectors.brevity**2)

    def decay(row: int, rows: Ints) -> Floats:
        return time_decay(np.abs(hours[rows] - hours[row]), (time_influence[rows] + time_influence[row]) / 2)

    counts = np.where(is_headline, _HEADLINE_NEIGHBOURS, _EXPANSION_NEIGHBOURS)
    nearest = nearest_neighbours(vectors, counts, decay)
    expanded = expand_by_neighbours(vectors, nearest, _MAX_TERMS)
    similar = nearest_neighbours(expanded, _CLUSTERING_NEIGHBOURS, decay)
    thresholds = _thresholds(vectors, is_headline)
    cannot_link = DifferentVersions(articles)
    clusters = cluster(
        expanded,
        among_reports(similar, are_opinions),
        thresholds=thresholds,
        hours=hours,
        time_influence=time_influence,
        cannot_link=cannot_link,
    )
    is_long_report = (vectors.brevity < _MAX_BREVITY) & ~are_opinions
    clusters = join_by_title_figures(clusters, nearest, articles, is_report=is_long_report, cannot_link=cannot_link)
    clusters = join_single_articles(
        clusters, nearest_reports(nearest, are_opinions), is_long_report, cannot_link=cannot_link
    )
    return join_opinions(clusters, similar, thresholds, are_opinions)


def _thresholds(vectors: Vectors, is_headline: Bools) -> Floats:
    """Similarity threshold of each text: lower for short texts, higher where there are few texts.

    Few texts do not show which words are rare, so that unrelated ones look similar.
    """
    reliability = min(1.0, math.log(max(len(vectors), 2)) / math.log(_RELIABLE_TEXTS))
    exponent = _UNRELIABLE_EXPONENT + (1 - _UNRELIABLE_EXPONENT) * reliability
    long_thresholds = np.where(is_headline, _HEADLINE_THRESHOLD, _THRESHOLD)
    return np.asarray(np.minimum(_MAX_THRESHOLD, (long_thresholds * (1 - vectors.brevity)) ** exponent))
