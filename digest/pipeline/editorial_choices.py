"""What editors decided about a newsletter's drafts that holds for editions composed apart from them.

Subscribers with wishes of their own, or with another history, get editions of their own. A dropped article is in none
of them; merged stories, headlines, pinned stories and the note are found again by the articles. The functions on
stories are pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from digest.model.audiences import Audience
from digest.model.digests import EditorNote
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot, Window
from digest.model.stories import Brief, Story
from digest.pipeline.draft_content import merged_story, with_lead
from digest.pipeline.editor_desk import OpenedDraft, open_stored
from digest.store import drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorialChoices:
    """Decisions by articles' ids."""

    #: No edition has these articles.
    dropped: frozenset[str] = frozenset()
    #: Pairs of stories that are one, by their articles.
    merges: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
    #: Articles that lead their stories.
    headlines: tuple[str, ...] = ()
    #: Stories that come first, by their articles.
    pinned: tuple[frozenset[str], ...] = ()
    note: EditorNote | None = None


def read_choices(
    conn: Connection, newsletter: Newsletter, slot: Slot, *, audience: Audience, window: Window
) -> EditorialChoices:
    """The choices for an audience's edition of the slot: those about drafts since its last edition.

    What was pinned, and the note, are for the draft's own date: editions of the newsletter's schedule, in any zone.
    """
    end = slot.due if audience.preferences.frequency else max(slot.due, window.end)
    stored = drafts.since(conn, newsletter.id, window.new_since or window.start, end)
    same_date = drafts.find(conn, newsletter.id, slot.key) if not audience.preferences.frequency else None
    if same_date and same_date.id not in {draft.id for draft in stored}:
        stored = (*stored, same_date)
    decided = [draft for draft in stored if draft.version]
    opened = [draft for draft in (open_stored(conn, draft, newsletter) for draft in decided) if draft]
    own = next((draft for draft in opened if same_date and draft.stored.id == same_date.id), None)
    return EditorialChoices(
        dropped=drafts.dropped_ids(conn, newsletter.id),
        merges=tuple(merge for draft in opened for merge in _merges(draft)),
        headlines=tuple(id_ for draft in opened for id_ in _leads(draft)),
        pinned=tuple(
            _ids(own.lineup.briefs[number].story) for number in own.lineup.order if number in own.lineup.pinned
        )
        if own
        else (),
        note=own.digest.note if own else None,
    )


def _merges(draft: OpenedDraft) -> Iterable[tuple[frozenset[str], frozenset[str]]]:
    """The merges, in the order in which they were decided."""
    for merge in draft.lineup.merges:
        yield _ids(merge.brief.story), _ids(draft.lineup.briefs[merge.other].story)


def _leads(draft: OpenedDraft) -> Iterable[str]:
    """The articles that lead merged stories, and those with another headline."""
    lineup = draft.lineup
    for number in dict.fromkeys((*lineup.merged.values(), *lineup.headlines)):
        yield lineup.brief(number).story.lead.id


def _ids(story: Story) -> frozenset[str]:
    return frozenset(article.id for article in story.all_articles)


def merge_chosen(stories: Sequence[Story], choices: EditorialChoices) -> tuple[Story, ...]:
    """The stories, with those joined that an editor merged."""
    merged = list(stories)
    for first_ids, second_ids in choices.merges:
        first = next((story for story in merged if _ids(story) & first_ids), None)
        second = next((story for story in merged if _ids(story) & second_ids), None)
        if first and second and first != second:
            merged[merged.index(first)] = merged_story(first, second)
            merged.remove(second)
    return tuple(merged)


def edit_chosen(briefs: Sequence[Brief], choices: EditorialChoices) -> tuple[Brief, ...]:
    """The briefs with the chosen headlines, the pinned ones first and under no section's heading."""
    edited = [_with_chosen_lead(brief, choices.headlines) for brief in briefs]
    pinned: list[Brief] = []
    for ids in choices.pinned:
        pinned += [brief for brief in edited if brief not in pinned and _ids(brief.story) & ids]
    others = (brief for brief in edited if brief not in pinned)
    return (*(replace(brief, ranked=replace(brief.ranked, section="")) for brief in pinned), *others)


def _with_chosen_lead(brief: Brief, headlines: Iterable[str]) -> Brief:
    story = brief.story
    for id_ in headlines:
        story = with_lead(story, id_)
    return brief if story is brief.story else replace(brief, ranked=replace(brief.ranked, story=story))
