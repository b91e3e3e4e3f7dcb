"""Ranker that puts stories with one of your words in their title first, and keeps the order of the scores otherwise.

[[newsletters]]
ranker = "keywords"
ranker_options = { words = ["harbour", "ferry"] }
"""

from collections.abc import Sequence
from dataclasses import replace

from digest.model.protocols import RankingContext
from digest.model.stories import Ranked, Reason


def rank(stories: Sequence[Ranked], context: RankingContext, words: Sequence[str] = ()) -> tuple[Ranked, ...]:
    return tuple(sorted((_scored(ranked, words) for ranked in stories), key=lambda ranked: -ranked.score))


def _scored(ranked: Ranked, words: Sequence[str]) -> Ranked:
    title = ranked.story.lead.title.lower()
    hits = [word for word in words if word.lower() in title]
    if not hits:
        return ranked
    reason = Reason(name="keywords", points=10.0 * len(hits), detail=", ".join(hits))
    return replace(ranked, score=ranked.score + reason.points, reasons=(*ranked.reasons, reason))
