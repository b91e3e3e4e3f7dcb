"""Rank stories by score, with a penalty for many of one outlet or label, and apply the edition's limits.

Every article ends in a chosen story or, with a reason, among those left out.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from digest.model.articles import Article
from digest.model.stories import LeftOut, Ranked, Story
from digest.stories.criteria import Criteria
from digest.stories.eligibility import admit, leave_out
from digest.stories.salience import find_salience
from digest.stories.score import lower_for_variety
from digest.stories.topics import is_story_about


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The chosen stories in reading order, and every article that is left out."""

    chosen: tuple[Ranked, ...]
    left_out: tuple[LeftOut, ...]
    #: There are fewer stories than allowed, and none was left out for a limit.
    is_exhaustive: bool


def rank(stories: Sequence[Story], criteria: Criteria) -> Ranking:
    """Choose stories for an edition and order them: by section, within a section the best first."""
    salience = find_salience(stories)
    admitted = [admit(story, criteria, salience=salience[story.lead.id]) for story in stories]
    ordered = _best_first((ranked for ranked, _ in admitted if ranked), criteria.labels)
    chosen, over_limit = _apply_limits(ordered, criteria)
    ineligible = chain.from_iterable(left_out for _, left_out in admitted)
    return Ranking(
        chosen=_by_section(chosen, criteria),
        left_out=(*ineligible, *over_limit),
        is_exhaustive=not over_limit and criteria.limit is not None and len(chosen) < criteria.limit,
    )


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


def _best_first(stories: Iterable[Ranked], labels: Mapping[str, str]) -> list[Ranked]:
    """Stories by score, each lowered for the stories of its outlet and its label that rank higher."""
    heap = [(sort_key(ranked), place, ranked) for place, ranked in enumerate(stories)]
    variety = _Variety((ranked for _, _, ranked in heap), labels)
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


def sort_key(ranked: Ranked) -> tuple[float, float, str]:
    """The best story first; of two with the same score, the newer one."""
    lead = ranked.story.lead
    return -ranked.score, -lead.published.timestamp(), lead.id


def _apply_limits(ordered: Iterable[Ranked], criteria: Criteria) -> tuple[list[Ranked], list[LeftOut]]:
    """The best stories within all limits, and the articles of the others."""
    chosen: list[Ranked] = []
    left_out: list[LeftOut] = []
    counts: Counter[str] = Counter()
    for place, ranked in enumerate(ordered, start=1):
        limits = _limits(ranked, criteria)
        exceeded = [(limit, scope) for limit, scope, key in limits if counts[key] >= limit]
        if exceeded:
            limit, scope = exceeded[0]
            stories = "1 story" if limit == 1 else f"{limit} stories"
            left_out += leave_out(ranked.story, f"over the limit of {stories}{scope}", f"rank {place}")
        else:
            chosen.append(ranked)
            counts.update(key for _, _, key in limits)
    return chosen, left_out


def _limits(ranked: Ranked, criteria: Criteria) -> list[tuple[int, str, str]]:
    """The limits that apply to the story: the number of stories, its scope in words, and a key to count by."""
    lead, section = ranked.story.lead, ranked.section
    label = criteria.labels.get(lead.source_id, "")
    topics = _topics(ranked.story, criteria) if criteria.per_topic is not None else []
    limits = [
        (criteria.limit, "", ""),
        (criteria.per_source, f" from {lead.source}", f"source {lead.source_id}"),
        (criteria.per_section if section else None, f" in {section}", f"section {section}"),
        (criteria.per_label if label else None, f" labelled “{label}”", f"label {label}"),
        *((criteria.per_topic, f" about “{topic}”", f"topic {topic}") for topic in topics),
    ]
    return [(limit, scope, key) for limit, scope, key in limits if limit is not None]


def _topics(story: Story, criteria: Criteria) -> list[str]:
    return [topic for topic in dict.fromkeys((*criteria.include, *criteria.boost)) if is_story_about(story, topic)]


def _by_section(chosen: Iterable[Ranked], criteria: Criteria) -> tuple[Ranked, ...]:
    """Sections in their order, stories without a section first."""
    order = {"": 0}
    for section in (*criteria.order, *criteria.sections.values()):
        order.setdefault(section, len(order))
    return tuple(sorted(chosen, key=lambda ranked: order[ranked.section]))
