"""Reading budget: the best stories that an edition's reader has time for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from digest.model.stories import Brief, LeftOut, Ranked
from digest.stories.eligibility import leave_out
from digest.stories.rankers import sort_key
from digest.text.reading_time import minutes_to_read


def within_minutes(
    chosen: Sequence[Ranked], minutes: int | None, summarize: Callable[[Ranked], Brief]
) -> tuple[tuple[Brief, ...], list[LeftOut]]:
    """The briefs of the best stories that are read in so many minutes, in the order of ``chosen``, and the articles of
    the other stories. None for all stories; the best one is always in.
    """
    if minutes is None:
        return tuple(map(summarize, chosen)), []
    briefs: dict[int, Brief] = {}
    total = 0.0
    best_first = sorted(range(len(chosen)), key=lambda index: sort_key(chosen[index]))
    for index in best_first:
        brief = summarize(chosen[index])
        total += minutes_to_read(brief.texts)
        if briefs and total > minutes:
            break
        briefs[index] = brief
    reason = f"over the reading time of {minutes} minute{'s' * (minutes != 1)}"
    left_out = [
        item
        for place, index in enumerate(best_first[len(briefs) :], start=len(briefs) + 1)
        for item in leave_out(chosen[index].story, reason, f"rank {place}")
    ]
    return tuple(briefs[index] for index in sorted(briefs)), left_out
