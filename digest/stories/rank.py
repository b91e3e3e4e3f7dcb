"""Rank stories by score, with a penalty for many of one outlet, and apply the edition's limits.

Every article ends in a chosen story or, with a reason, among those left out.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from digest.model.stories import LeftOut, Ranked, Story
from digest.stories.criteria import Criteria
from digest.stories.eligibility import admit, leave_out
from digest.stories.score import lower_for_variety, outlet
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
    admitted = [admit(story, criteria) for story in stories]
    ordered = _best_first(ranked for ranked, _ in admitted if ranked)
    chosen, over_limit = _apply_limits(ordered, criteria)
    ineligible = chain.from_iterable(left_out for _, left_out in admitted)
    return Ranking(
        chosen=_by_section(chosen, criteria),
        left_out=(*ineligible, *over_limit),
        is_exhaustive=not over_limit and criteria.limit is not None and len(chosen) < criteria.limit,
    )


def _best_first(stories: Iterable[Ranked]) -> list[Ranked]:
    """Stories by score, each lowered for the stories of its outlet that rank higher."""
    heap = [(_sort_key(ranked), place, ranked) for place, ranked in enumerate(stories)]
    has_several_outlets = len({outlet(ranked.story.lead) for _, _, ranked in heap}) > 1
    heapq.heapify(heap)
    ordered: list[Ranked] = []
    higher: Counter[str] = Counter()
    while heap:
        key, place, ranked = heap[0]
        publisher = outlet(ranked.story.lead)
        lowered = lower_for_variety(ranked, higher[publisher]) if has_several_outlets else ranked
        if _sort_key(lowered) != key:  # lowered since it was put into the heap: another story may be better now
            heapq.heapreplace(heap, (_sort_key(lowered), place, lowered))
            continue
        heapq.heappop(heap)
        ordered.append(ranked)
        higher[publisher] += 1
    return ordered


def _sort_key(ranked: Ranked) -> tuple[float, float, str]:
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
            left_out += leave_out(ranked.story, f"over the limit of {stories}{scope} (rank {place})")
        else:
            chosen.append(ranked)
            counts.update(key for _, _, key in limits)
    return chosen, left_out


def _limits(ranked: Ranked, criteria: Criteria) -> list[tuple[int, str, str]]:
    """The limits that apply to the story: the number of stories, its scope in words, and a key to count by."""
    lead, section = ranked.story.lead, ranked.section
    topics = _topics(ranked.story, criteria) if criteria.per_topic is not None else []
    limits = [
        (criteria.limit, "", ""),
        (criteria.per_source, f" from {lead.source}", f"source {lead.source_id}"),
        (criteria.per_section if section else None, f" in {section}", f"section {section}"),
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
