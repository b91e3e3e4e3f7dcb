"""Points of outlets by subscribers' votes on their stories: small, bounded, and no more than the votes can show. Pure.

An outlet's rate of useful votes is smoothed twice (empirical Bayes): towards the mean of the newsletter's outlets, as
if further subscribers had voted like that; and that mean towards one half, as if further outlets had it. So a few votes
move little, and an outlet without votes, which is at the mean, gets no points.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.model.feedback import OutletVotes

#: Points of an outlet whose smoothed rate is at least this far from the mean, at most: less than an opinion costs.
_MAX_POINTS, _FULL_DIFFERENCE = 0.3, 0.5
#: Subscribers that an outlet's prior counts for, and outlets that the mean's counts for.
_PRIOR_READERS, _PRIOR_OUTLETS = 10.0, 3.0
_PRIOR_MEAN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRating:
    """The votes on an outlet's stories, and what they are worth in the ranking."""

    votes: OutletVotes
    points: float

    @property
    def detail(self) -> str:
        """``useful to 75 % of 12 readers``."""
        readers = "1 reader" if self.votes.readers == 1 else f"{self.votes.readers} readers"
        return f"useful to {100 * self.votes.useful / self.votes.readers:.0f} % of {readers}"


def rate_outlets(votes: Mapping[str, OutletVotes]) -> Mapping[str, OutletRating]:
    """The ratings of outlets with votes."""
    mean = _mean(votes.values())
    return {
        outlet: OutletRating(votes=outlet_votes, points=_points(outlet_votes, mean))
        for outlet, outlet_votes in votes.items()
        if outlet_votes.readers
    }


def _points(votes: OutletVotes, mean: float) -> float:
    rate = (votes.useful + _PRIOR_READERS * mean) / (votes.readers + _PRIOR_READERS)
    return _MAX_POINTS * max(-1.0, min(1.0, (rate - mean) / _FULL_DIFFERENCE))


def _mean(votes: Iterable[OutletVotes]) -> float:
    """The mean rate of outlets; those with few votes count less."""
    rated = [item for item in votes if item.readers]
    weights = [item.readers / (item.readers + _PRIOR_READERS) for item in rated]
    rates = (weight * item.useful / item.readers for weight, item in zip(weights, rated, strict=True))
    return (math.fsum(rates) + _PRIOR_OUTLETS * _PRIOR_MEAN) / (math.fsum(weights) + _PRIOR_OUTLETS)
