"""Subscribers' votes on stories: useful or not."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Vote(enum.StrEnum):
    """A subscriber's vote on a story."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCounts:
    """Votes on one story."""

    up: int = 0
    down: int = 0

    def __bool__(self) -> bool:
        return bool(self.up or self.down)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletVotes:
    """Votes on the stories of one outlet in a newsletter."""

    #: Subscribers who voted on at least one of its stories.
    readers: int
    #: Sum over them of the share of votes that say useful, 0 to 1 each: a subscriber counts once.
    useful: float
