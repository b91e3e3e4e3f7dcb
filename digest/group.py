"""group: articles about one event become one story, across outlets and days; near-copies collapse into it.

Nothing here looks at all pairs: an index of terms finds each article's few neighbours, and only those are compared.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, groupby

from digest.model import Article, Story
from digest.text.shingles import copies
from digest.text.vectors import Vectors, drawn_together, neighbours, tf_idf
from digest.text.words import stems, stop_words, words
from digest.urls import is_web

#: How alike two groups' articles must be, on average, to be one story.
_ALIKE = 0.6
#: A title says what an article is about: each of its words counts so often.
_TITLE = 3
#: Words of the body that speak: an event is told at the top.
_TOP = 600
_NEIGHBOURS = 10
_EDGES = 30
_TERMS = 200


def group(articles: Sequence[Article], *, weights: Mapping[str, float] | None = None) -> tuple[Story, ...]:
    """The articles as stories, each article in exactly one; ``weights`` are the sources' (1 if absent).

    The same articles give the same stories in the same order, whatever order they come in.
    """
    ordered = sorted(articles, key=lambda article: (article.language, article.published, article.id, article.url))
    told = (_told(list(part), weights or {}) for _, part in groupby(ordered, key=lambda article: article.language))
    return tuple(sorted(chain.from_iterable(told), key=lambda story: (story.lead.published, story.lead.id)))


def _told(articles: list[Article], weights: Mapping[str, float]) -> Iterable[Story]:
    """The stories of one language."""
    preferred = sorted(articles, key=lambda article: _preference(article, weights))
    originals = copies([_body(article) for article in preferred])
    doubles: dict[int, list[Article]] = defaultdict(list)
    for at, original in enumerate(originals):
        if at != original:
            doubles[original].append(preferred[at])
    kept = sorted({*originals}, key=lambda at: (preferred[at].published, preferred[at].id))
    for members in _clusters([preferred[at] for at in kept]):
        places = sorted(kept[member] for member in members)
        yield Story(
            articles=tuple(preferred[at] for at in places),
            copies=tuple(double for at in places for double in doubles[at]),
        )


def _preference(article: Article, weights: Mapping[str, float]) -> tuple[object, ...]:
    """What makes a lead: a link that readers can open, a weighty source, a full text, and being first."""
    fullness = weights.get(article.source_id, 1.0) * math.log2(min(article.words, 1000) + 8)
    return not is_web(article.url), -round(fullness, 6), article.published, article.id


def _body(article: Article) -> tuple[str, ...]:
    text = " ".join(article.paragraphs) or article.title
    return words(text, article.language)


def _terms(article: Article) -> dict[str, float]:
    """What the article speaks of: stems of its words, the title's counted more often."""
    stop = stop_words(article.language)
    title = words(article.title, article.language)
    top = words(" ".join(article.paragraphs), article.language)[:_TOP]
    counts: Counter[str] = Counter()
    for found, times in ((title, _TITLE), (top, 1)):
        kept = [word for word in found if word.lower() not in stop and (len(word) > 1 or word.isdigit())]
        for stem in stems(kept, article.language):
            counts[stem] += times
    return dict(counts)


def _clusters(articles: Sequence[Article]) -> list[list[int]]:
    """Places in ``articles`` that tell one story."""
    plain = tf_idf([_terms(article) for article in articles])
    drawn = drawn_together(plain, neighbours(plain, _NEIGHBOURS), _TERMS)
    return _merged(drawn)


def _merged(vectors: Vectors) -> list[list[int]]:
    """Average linkage along the edges between neighbours, the most alike first."""
    near = neighbours(vectors, _EDGES)
    edges: dict[int, set[int]] = {row: set() for row in range(len(vectors))}
    sums = {row: dict(zip(*map(list, vectors.row(row)), strict=True)) for row in edges}
    members = {row: [row] for row in edges}
    heap: list[tuple[float, int, int]] = []
    for row, others in enumerate(near.rows):
        for other, cosine in zip(others.tolist(), near.cosines[row].tolist(), strict=True):
            edges[row].add(other)
            edges[other].add(row)
            if cosine >= _ALIKE:
                heap.append((-cosine, *sorted((row, other))))
    heapq.heapify(heap)
    fresh = len(vectors)
    while heap:
        _, left, right = heapq.heappop(heap)
        if left not in members or right not in members:
            continue
        members[fresh] = members.pop(left) + members.pop(right)
        sums[fresh] = _sum(sums.pop(left), sums.pop(right))
        edges[fresh] = (edges.pop(left) | edges.pop(right)) - {left, right}
        for other in edges[fresh]:
            edges[other] -= {left, right}
            edges[other].add(fresh)
            alike = _dot(sums[fresh], sums[other]) / (len(members[fresh]) * len(members[other]))
            if alike >= _ALIKE:
                heapq.heappush(heap, (-round(alike, 9), other, fresh))
        fresh += 1
    return sorted(sorted(rows) for rows in members.values())


def _sum(left: dict[int, float], right: dict[int, float]) -> dict[int, float]:
    small, large = sorted((left, right), key=len)
    for term, weight in small.items():
        large[term] = large.get(term, 0.0) + weight
    return large


def _dot(left: dict[int, float], right: dict[int, float]) -> float:
    small, large = sorted((left, right), key=len)
    return sum(weight * large[term] for term, weight in small.items() if term in large)
