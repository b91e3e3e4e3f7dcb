"""A story with all its updates over the days, from the archives of newsletters: for its page."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from digest.model.corrections import Correction
from digest.model.published_stories import PublishedStory
from digest.store import archived_stories, corrections
from digest.store.archived_stories import ArchivedStory

#: Editions of one story that are read, the newest; more would be no page for reading.
_MAX_EDITIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryUpdate:
    """The news that editions told of a story at one time."""

    #: With the sentences that no earlier edition told.
    story: PublishedStory
    #: The editions that told them, the first of them first.
    editions: tuple[ArchivedStory, ...]


def find_updates(conn: Connection, thread_id: int, newsletter_ids: Collection[str]) -> tuple[StoryUpdate, ...]:
    """The story's updates, the newest first; none if none of the newsletters has told it."""
    told = archived_stories.thread(conn, thread_id, newsletter_ids, limit=_MAX_EDITIONS)
    return tuple(reversed(merge_updates(tuple(reversed(told)))))


def find_corrections(conn: Connection, updates: Sequence[StoryUpdate]) -> tuple[Correction, ...]:
    """Corrections of sentences that these editions quoted, the newest first."""
    ids = [edition.story.id for update in updates for edition in update.editions]
    by_story = corrections.of_stories(conn, ids)
    found = {correction.id: correction for of_story in by_story.values() for correction in of_story}
    return tuple(sorted(found.values(), key=lambda correction: (correction.found, correction.id), reverse=True))


def merge_updates(told: Sequence[ArchivedStory]) -> list[StoryUpdate]:
    """The updates of a story, the oldest first, like ``told``: each sentence stands where it was first told.

    An edition that tells nothing new belongs to the update with its last sentence.
    """
    updates: list[StoryUpdate] = []
    place_of: dict[str, int] = {}
    for edition in told:
        story = edition.story
        new = tuple(sentence for sentence in story.sentences if sentence.text not in place_of)
        if new or not updates:
            place_of |= {sentence.text: len(updates) for sentence in new}
            updates.append(StoryUpdate(story=replace(story, sentences=new), editions=(edition,)))
        else:
            place = max((place_of[sentence.text] for sentence in story.sentences), default=len(updates) - 1)
            updates[place] = replace(updates[place], editions=(*updates[place].editions, edition))
    return updates
