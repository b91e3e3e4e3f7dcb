"""Criteria by which an edition's stories are admitted, scored and limited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.articles import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Time of the edition, its limits, topics, weights and sections, and what was published before."""

    now: datetime
    #: Most stories; None for no limit.
    limit: int | None = None
    #: Sources' weights by id; 1 where absent.
    weights: Mapping[str, float] = field(default_factory=dict)
    #: Sources' sections by id, in the order in which sections are shown.
    sections: Mapping[str, str] = field(default_factory=dict)
    #: Articles of earlier editions for the same audience by id, each in every version that was published.
    already_published: Mapping[str, tuple[Article, ...]] = field(default_factory=dict)
    #: Only stories about one of these topics, in plain words; empty for all.
    include: tuple[str, ...] = ()
    #: No stories about one of these topics.
    exclude: tuple[str, ...] = ()
    #: Points by topic, negative to lower a story.
    boost: Mapping[str, float] = field(default_factory=dict)
    #: Most stories led by one source, in one section, or about one of the topics; None for no limit.
    per_source: int | None = None
    per_section: int | None = None
    per_topic: int | None = None
    #: Sections that are shown first, in this order.
    order: tuple[str, ...] = ()
