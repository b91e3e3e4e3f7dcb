"""Rankers by name: by score with a penalty for many stories of one outlet or label, and by time.

The scores are those of ``score.py``.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from digest.model.articles import Article
from digest.model.errors import UsageError
from digest.model.protocols import Ranker, RankingContext
from digest.model.stories import Ranked
from digest.settings.plugins import BUILT_IN, PluginPoint
from digest.stories.score import lower_for_variety


def built_in_ranker(name: str) -> Ranker:
    """The ranker of that name; raises ``UsageError`` if there is none."""
    if name not in _RANKERS:
        raise UsageError(f"no ranker {name!r}", hint=f"choose one of {', '.join(_RANKERS)}")
    return _RANKERS[name]


def by_score(stories: Sequence[Ranked], context: RankingContext) -> Sequence[Ranked]:
    """Stories by score, each lowered for the stories of its outlet and its label that rank higher."""
    heap = [(sort_key(ranked), place, ranked) for place, ranked in enumerate(stories)]
    variety = _Variety((ranked for _, _, ranked in heap), context.labels)
    heapq.heapify(heap)
    ordered: list[Ranked] = []
    while heap:
        key, place, ranked = heap[0]
        lowered = variety.lowered(ranked)
        if sort_key(lowered) != key:  # lowered since it was put into the heap: another story may be better now
            heapq.heapreplace(heap, (sort_key(lowered), place, lowered))
            continue
        heapq.heappop(heap)
        ordered.append(ranked)
        variety.count(ranked)
    return ordered


def by_time(stories: Sequence[Ranked], _: RankingContext) -> Sequence[Ranked]:
    """Stories by the time of their newest article, the latest first; their scores only decide what is admitted."""
    return sorted(stories, key=_newest, reverse=True)


def _newest(ranked: Ranked) -> tuple[float, str]:
    return max(article.published for article in ranked.story.articles).timestamp(), ranked.story.lead.id


def sort_key(ranked: Ranked) -> tuple[int, float, float, str]:
    """The best story first, by a ranker's places or else by score; of two with the same score, the newer one."""
    lead = ranked.story.lead
    return ranked.place, -ranked.score, -lead.published.timestamp(), lead.id


class _Variety:
    """Penalties for stories of the same outlet, and with the same label, that rank higher."""

    def __init__(self, stories: Iterable[Ranked], labels: Mapping[str, str]) -> None:
        leads = [ranked.story.lead for ranked in stories]
        self._labels = labels
        self._has_several_outlets = len({lead.outlet for lead in leads}) > 1
        self._has_several_labels = len(set(map(self._label, leads))) > 1
        self._outlets: Counter[str] = Counter()
        self._with_label: Counter[str] = Counter()

    def count(self, ranked: Ranked) -> None:
        """The story ranks higher than all that follow."""
        lead = ranked.story.lead
        self._outlets[lead.outlet] += self._has_several_outlets
        self._with_label[self._label(lead)] += self._has_several_labels and bool(self._label(lead))

    def lowered(self, ranked: Ranked) -> Ranked:
        """The story with its present penalties: they only grow."""
        lead = ranked.story.lead
        label = self._label(lead)
        return lower_for_variety(
            ranked, self._outlets[lead.outlet], label=label, higher_with_label=self._with_label[label]
        )

    def _label(self, lead: Article) -> str:
        return self._labels.get(lead.source_id, "")


_RANKERS: Mapping[str, Ranker] = dict(zip(BUILT_IN[PluginPoint.RANKER], (by_score, by_time), strict=True))
