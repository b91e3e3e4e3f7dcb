"""What a decision did, or why it was refused, in plain English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from digest.model.drafts import (
    MAX_NOTE,
    Approve,
    Decision,
    DecisionRecord,
    Draft,
    Drop,
    Headline,
    Merge,
    Move,
    Note,
    Pin,
    Refusal,
    Reject,
    Reopen,
    Restore,
    Unpin,
)
from digest.text.time_format import iso_utc


def describe_result(decision: Decision, draft: Draft) -> str:
    """What the decision did; ``draft`` is as it stands after it."""
    match decision:
        case Note(text=text):
            return "wrote the note" if text else "took the note away"
        case Approve():
            return "approved: the edition is sent now"
        case Reject():
            return f"rejected: no edition goes out for {draft.slot.key}"
        case Reopen():
            return "took the rejection back"
    return _describe_story(decision, draft)


def _describe_story(decision: Drop | Restore | Pin | Unpin | Move | Merge | Headline, draft: Draft) -> str:
    match decision:
        case Drop(story=number):
            return f"dropped story {number}: no edition of {draft.newsletter_id} will have its articles"
        case Restore(story=number):
            return f"restored story {number}"
        case Pin(story=number):
            return f"pinned story {number}"
        case Unpin(story=number):
            return f"unpinned story {number}"
        case Move(story=number, place=place):
            return f"moved story {number} to place {place}"
        case Merge():
            numbers = {decision.story, decision.other}
            first = next(story.number for story in draft.stories if story.number in numbers and story.place)
            return f"merged story {(numbers - {first}).pop()} into story {first}"
        case Headline(story=number):
            story = draft.story(number)
            return f"story {number} has the headline: {story.title if story else ''}"


def describe_decision(decision: Decision) -> str:
    """The decision in a list of decisions: ``drop 3``."""
    match decision:
        case Drop(story=number) | Restore(story=number) | Pin(story=number) | Unpin(story=number):
            return f"{type(decision).__name__.lower()} {number}"
        case Move(story=number, place=place):
            return f"move {number} to place {place}"
        case Merge(story=number, other=other):
            return f"merge {number} and {other}"
        case Headline(story=number):
            return f"headline of {number}"
        case Note(text=text):
            return "note" if text else "no note"
        case _:
            return type(decision).__name__.lower()


def decision_document(record: DecisionRecord) -> dict[str, Any]:
    """The decision as JSON values: when, by whom, what, and its own values."""
    return {"at": iso_utc(record.at), "by": record.by, "decision": record.kind, **asdict(record.decision)}


def describe_refusal(decision: Decision, refusal: Refusal) -> str:
    """Why the decision can't be carried out."""
    number, other, place = (getattr(decision, name, 0) for name in ("story", "other", "place"))
    stories = f"story {number} or {other}" if other else f"story {number}"
    add = "" if isinstance(decision, Drop | Merge) else ": restore or pin it first"
    messages: Mapping[Refusal, str] = {
        "no_story": f"the draft has no {stories}",
        "not_in_edition": f"{stories} is not in the edition{add}",
        "no_place": f"the edition has no place {place}",
        "other_section": f"place {place} is in another section: pin story {number} to put it first",
        "same_story": "name two stories to merge",
        "no_article": f"story {number} has no such article",
        "nothing_to_undo": f"there is nothing to take back of {stories}" if number else "the draft is not rejected",
        "later_merge": f"a story was merged into the same one after story {number}: restore that one first",
        "note_too_long": f"the note has more than {MAX_NOTE} characters",
        "already": "it is so already",
    }
    return messages[refusal]
