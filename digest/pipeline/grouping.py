"""Stories of a newsletter's articles, grouped once for all of its audiences: it is the dearest step of an edition.

All audiences with one window group the same articles: those of the window, and those that any audience was sent. What
an audience doesn't get (muted sources, old articles that only others were sent) is taken out of the stories after.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from digest.model.articles import Article
from digest.model.stories import Story

#: Groupings that are kept: a newsletter's audiences are published at the same time or not for long.
_KEPT = 2

_Grouping = tuple[tuple[Article, ...], Mapping[str, float], tuple[Story, ...]]


@dataclass(frozen=True, slots=True)
class GroupCache:
    """The latest groupings. Two threads that want the same one compute it once."""

    _lock: Lock = field(default_factory=Lock)
    _kept: deque[_Grouping] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def group(self, articles: tuple[Article, ...], weights: Mapping[str, float]) -> tuple[Story, ...]:
        """The articles' stories; ``weights`` are those of the sources."""
        with self._lock:
            for kept_articles, kept_weights, stories in self._kept:
                if kept_articles == articles and kept_weights == weights:
                    return stories
            from digest.stories.group import group  # numpy: pages are served without it

            stories = group(articles, weights=weights)
            self._kept.append((articles, weights, stories))
            return stories


def restrict(stories: Iterable[Story], keep: Callable[[Article], bool]) -> tuple[Story, ...]:
    """The stories without other articles; a reprint takes the place of a story's last one."""
    return tuple(filter(None, (_restricted(story, keep) for story in stories)))


def _restricted(story: Story, keep: Callable[[Article], bool]) -> Story | None:
    if all(map(keep, story.all_articles)):
        return story
    articles, near_duplicates = tuple(filter(keep, story.articles)), tuple(filter(keep, story.near_duplicates))
    if not articles:
        articles, near_duplicates = near_duplicates[:1], near_duplicates[1:]
    return Story(articles=articles, near_duplicates=near_duplicates) if articles else None
