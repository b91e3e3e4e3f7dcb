"""The default summarizer: greedy selection by position, centrality, title words, length and quotations.

A sentence scores by its position in its article, the centrality of its words in the story, the title words it has and
its length; a quotation costs points. After each selection, words that the brief has count less (redundancy), and
outlets not yet quoted gain. An anaphoric sentence is selected only directly after the sentence before it; sentences
with a relative date ("today") and mostly redundant ones come last.

The weights lie on a plateau, not at a peak; ``tests/bench/quality`` measures them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from digest.model.protocols import Budget, Candidate
from digest.stories.summarizers.anaphora import is_anaphoric
from digest.stories.summarizers.bags_of_words import BagsOfWords, Values
from digest.stories.summarizers.budget import directly_follows, fill_budget
from digest.stories.summarizers.centrality import Centrality
from digest.stories.summarizers.fragments import contains_quotation, is_fragment
from digest.stories.summarizers.opening import lead
from digest.stories.summarizers.redundancy import content_set
from digest.stories.summarizers.relative_dates import has_relative_date
from digest.text.stop_words import stop_words

#: Weights of the scores, each of which is in standard deviations.
_POSITION, _CENTRALITY, _TITLE, _LENGTH, _QUOTATION = 0.6, 1.5, 0.2, 0.2, -0.2
#: Content words from which on a sentence gains nothing for its length.
_FULL_LENGTH = 5
#: Penalty for a relative date, and for a sentence of whose words the brief has more than this share.
_PENALTY, _REDUNDANT_SHARE = 3.0, 2 / 3
#: Bonus for a sentence of an outlet that the brief does not quote yet.
_NEW_OUTLET = 0.5
#: The smaller, the more the first sentences of an article stand out.
_POSITION_OFFSET = 0.2


def default(candidates: Sequence[Candidate], budget: Budget, *, language: str) -> tuple[Candidate, ...]:
    """Summarizer ``default``. Fragments are used only in stories that have nothing else.

    A language without stop words gets the opening sentences: words say nothing about centrality there.
    """
    if not stop_words(language):
        return lead(candidates, budget, language=language)
    sentences = [candidate for candidate in candidates if not is_fragment(candidate)]
    anaphoric = [is_anaphoric(candidate.text, language) for candidate in sentences]
    return _select(sentences, anaphoric, budget, language) or _select(
        candidates, [False] * len(candidates), budget, language
    )


def _select(
    candidates: Sequence[Candidate], anaphoric: Sequence[bool], budget: Budget, language: str
) -> tuple[Candidate, ...]:
    """The best candidates within the budget, in reading order; no more are scored than are needed."""
    places = {id(candidate): place for place, candidate in enumerate(candidates)}
    best_first = (candidates[place] for place in _best_first(candidates, anaphoric, language))
    selected = fill_budget(
        best_first, budget, language, is_anaphoric=lambda candidate: anaphoric[places[id(candidate)]]
    )
    return tuple(sorted(selected, key=lambda candidate: places[id(candidate)]))


def _best_first(candidates: Sequence[Candidate], anaphoric: Sequence[bool], language: str) -> Iterator[int]:
    """Places of the candidates, the best next one each time; an anaphoric one only once its predecessor was given."""
    if not candidates:
        return
    contents = [content_set(candidate.text, language) for candidate in candidates]
    bags = BagsOfWords([sorted(content) for content in contents])  # sorted: the order of a set differs between runs
    scores, centrality = _scores(candidates, contents, language), Centrality(bags, candidates)
    outlets = np.array([candidate.article.source for candidate in candidates])
    quoted, blocked = np.zeros(len(candidates), dtype=bool), np.array(anaphoric, dtype=bool)
    while np.isfinite(open_scores := np.where(blocked, -np.inf, scores)).any():
        redundant = centrality.covered_share() > _REDUNDANT_SHARE
        totals = open_scores + _CENTRALITY * centrality.scores() - _PENALTY * redundant - _NEW_OUTLET * quoted
        best = int(np.argmax(totals))
        yield best
        scores[best] = -np.inf
        if best + 1 < len(candidates) and directly_follows(candidates[best + 1], candidates[best]):
            blocked[best + 1] = False
        centrality.select(best)
        quoted |= outlets == outlets[best]


def _scores(candidates: Sequence[Candidate], contents: Sequence[frozenset[str]], language: str) -> Values:
    """Scores that do not depend on what is selected."""
    title = content_set(candidates[0].article.title, language)
    features = (
        (_POSITION, _position_scores(candidates)),
        (_TITLE, [len(content & title) / max(len(title), 1) for content in contents]),
        (_LENGTH, [float(min(len(content), _FULL_LENGTH)) for content in contents]),
        (_QUOTATION, [float(contains_quotation(candidate.text)) for candidate in candidates]),
    )
    scores = sum((weight * _standardize(values) for weight, values in features), np.zeros(len(candidates)))
    has_date = [has_relative_date(candidate.text, language) for candidate in candidates]
    return scores - _PENALTY * np.array(has_date, dtype=float)


def _position_scores(candidates: Sequence[Candidate]) -> list[float]:
    """Higher near the beginning of the article, relative to its length."""
    last = {candidate.article.id: candidate.position for candidate in candidates}
    return [
        -math.log(_POSITION_OFFSET + candidate.position / (1 + last[candidate.article.id])) for candidate in candidates
    ]


def _standardize(values: Sequence[float]) -> Values:
    """In standard deviations from the mean; all 0 if the values are equal."""
    array = np.array(values, dtype=float)
    array -= array.sum() / len(array)
    deviation = math.sqrt(array.dot(array) / len(array))  # numpy's own std takes four times as long
    return array / deviation if deviation > 1e-9 else np.zeros(len(array))
