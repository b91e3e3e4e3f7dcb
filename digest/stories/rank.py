"""Rank stories by the newsletter's ranker, and apply the edition's limits.

Every article ends in a chosen story or, with a reason, among those left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from digest.model.protocols import Ranker, RankingContext
from digest.model.stories import LeftOut, Ranked, Story
from digest.stories.criteria import Criteria
from digest.stories.eligibility import admit, leave_out
from digest.stories.rankers import by_score, sort_key
from digest.stories.salience import find_salience
from digest.stories.topics import is_story_about


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The chosen stories in reading order, and every article that is left out."""

    chosen: tuple[Ranked, ...]
    left_out: tuple[LeftOut, ...]
    #: There are fewer stories than allowed, and none was left out for a limit.
    is_exhaustive: bool


def rank(stories: Sequence[Story], criteria: Criteria, ranker: Ranker = by_score) -> Ranking:
    """Choose stories for an edition and order them: by section, within a section the best first."""
    salience = find_salience(stories)
    admitted = [admit(story, criteria, salience=salience[story.lead.id]) for story in stories]
    ordered, not_ranked = _order([ranked for ranked, _ in admitted if ranked], criteria, ranker)
    chosen, over_limit = _apply_limits(ordered, criteria)
    ineligible = chain.from_iterable(left_out for _, left_out in admitted)
    return Ranking(
        chosen=_by_section(chosen, criteria),
        left_out=(*ineligible, *not_ranked, *over_limit),
        is_exhaustive=not over_limit and criteria.limit is not None and len(chosen) < criteria.limit,
    )


def _order(stories: Sequence[Ranked], criteria: Criteria, ranker: Ranker) -> tuple[list[Ranked], list[LeftOut]]:
    """The stories in the ranker's order, and the articles of those that it does not return."""
    ordered = list(ranker(stories, RankingContext(now=criteria.now, labels=criteria.labels)))
    keys = [sort_key(ranked) for ranked in ordered]
    if keys != sorted(keys):  # an order of its own, which holds from here on
        ordered = [replace(ranked, place=place) for place, ranked in enumerate(ordered, start=1)]
    returned = {ranked.story.lead.id for ranked in ordered}
    missing = (ranked.story for ranked in stories if ranked.story.lead.id not in returned)
    return ordered, [item for story in missing for item in leave_out(story, "left out by the ranker")]


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
