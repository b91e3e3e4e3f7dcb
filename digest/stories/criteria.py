"""Criteria by which an edition's stories are admitted, scored and limited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.articles import Article
from digest.stories.feedback import OutletRating


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Time of the edition, its limits, topics, weights and sections, and what was published before."""

    now: datetime
    #: Articles published since then are equally fresh; older ones less and less. None for ``now``.
    fresh_since: datetime | None = None
    #: Articles whose source gives no date: it is unknown how fresh they are.
    undated: frozenset[str] = frozenset()
    #: Articles that the last edition could have had, since they were collected before it.
    passed_over: frozenset[str] = frozenset()
    #: A story must be worth more than so many points by itself, unless its topic is asked for; 0 for no floor.
    quality_floor: float = 0.0
    #: Most stories; None for no limit.
    limit: int | None = None
    #: Sources' weights by id; 1 where absent.
    weights: Mapping[str, float] = field(default_factory=dict)
    #: Sources' sections by id, in the order in which sections are shown.
    sections: Mapping[str, str] = field(default_factory=dict)
    #: Sources' labels (a political leaning, a country) by id: stories with many labels come before many with one.
    labels: Mapping[str, str] = field(default_factory=dict)
    #: Articles of earlier editions for the same audience by id, each in every version that was published.
    already_published: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)
    #: Only stories about one of these topics, in plain words; empty for all.
    include: tuple[str, ...] = ()
    #: Of those, only stories about one of these topics, which the audience wants; empty for all.
    wanted: tuple[str, ...] = ()
    #: No stories about one of these topics.
    exclude: tuple[str, ...] = ()
    #: Points by topic, negative to lower a story.
    boost: Mapping[str, float] = field(default_factory=dict)
    #: What subscribers' votes are worth, by outlet; no points where absent.
    feedback: Mapping[str, OutletRating] = field(default_factory=dict)
    #: Most stories led by one source, in one section, with one label, or about one of the topics; None for no limit.
    per_source: int | None = None
    per_section: int | None = None
    per_label: int | None = None
    per_topic: int | None = None
    #: Sections that are shown first, in this order.
    order: tuple[str, ...] = ()
