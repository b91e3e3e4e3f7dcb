"""Drafts that wait for an editor, and what an editor may decide about them."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from digest.model.slots import Slot

#: Most characters of an editor's note.
MAX_NOTE = 4_000


class DraftState(enum.StrEnum):
    """State of a draft."""

    #: It waits for the editor, and goes out at its slot.
    OPEN = "open"
    #: The editor approved it: it goes out now.
    APPROVED = "approved"
    #: The editor rejected it. Until its slot that can be undone.
    REJECTED = "rejected"
    #: Its edition is frozen.
    PUBLISHED = "published"
    #: Its slot came, and nothing goes out: it was rejected, or nobody answered where that counts as a rejection.
    CLOSED = "closed"
    #: Its slot came, and it had nothing to send.
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Leave a story out."""

    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """Take back that a story was dropped or merged into another one."""

    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """Put a story first, after those pinned before; a reserve story comes in."""

    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpin:
    """Take back that a story was pinned."""

    story: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Put a story at a place, from 1; a reserve story comes in."""

    story: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Make one story of two: it keeps the number, place and headline of the one that stands first."""

    story: int
    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """Give a story the title, and the link, of another article of its own."""

    story: int
    #: The article's id.
    article: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Put a text of the editor's on top; an empty one is taken away."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """Send the edition now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Send no edition for this slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """Take back a rejection."""


Decision = Drop | Restore | Pin | Unpin | Move | Merge | Headline | Note | Approve | Reject | Reopen
#: Types of decisions by their names: ``drop``.
DECISIONS: Mapping[str, type[Decision]] = {kind.__name__.lower(): kind for kind in get_args(Decision)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision of a draft's history."""

    #: The draft's version after it.
    version: int
    at: datetime
    #: ``command``, ``operator``, or the editor's address.
    by: str
    decision: Decision

    @property
    def kind(self) -> str:
        """The decision's name: ``drop``."""
        return type(self.decision).__name__.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftArticle:
    """An article of a draft's story."""

    #: From 1; the same whatever is decided.
    number: int
    id: str
    title: str
    outlet: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSentence:
    """A sentence of a draft's story, with the article that it stands in."""

    text: str
    article: DraftArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStory:
    """A story of a draft."""

    #: From 1; the same however stories move.
    number: int
    #: In the edition, from 1; 0 if it isn't in.
    place: int
    title: str
    url: str
    #: Of its text: ``en``; ``und`` if unknown.
    language: str
    section: str
    update: bool
    sentences: tuple[DraftSentence, ...]
    #: All of its articles by number, near-duplicates last.
    articles: tuple[DraftArticle, ...]
    #: Id of the article that gives title and link.
    headline: str
    is_pinned: bool = False
    is_dropped: bool = False
    #: The newsletter's limits left it out; the editor may bring it in.
    is_reserve: bool = False
    #: Number of the story that it was merged into; 0 for none.
    merged_into: int = 0

    @property
    def brief(self) -> str:
        """The sentences as one text."""
        return " ".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it stands."""

    id: int
    newsletter_id: str
    slot: Slot
    composed: datetime
    #: Decisions count until then: when the slot is due, or later if the draft was composed late.
    until: datetime
    state: DraftState
    #: Grows by one with each decision.
    version: int
    #: Those in the edition in its order, then the others by number.
    stories: tuple[DraftStory, ...]
    note: str = ""
    #: In order.
    history: tuple[DecisionRecord, ...] = ()
    #: When the editor's mail was sent; None if it wasn't.
    mailed: datetime | None = None

    @property
    def edition_stories(self) -> tuple[DraftStory, ...]:
        """The stories in the edition, in its order."""
        return tuple(story for story in self.stories if story.place)

    def story(self, number: int) -> DraftStory | None:
        """The story with this number."""
        return next((story for story in self.stories if story.number == number), None)

    def is_decidable(self, now: datetime) -> bool:
        """Whether decisions still count."""
        return self.state in {DraftState.OPEN, DraftState.REJECTED} and now < self.until


#: Why a decision can't be carried out.
Refusal = Literal[
    "no_story",  # no story of the draft has that number
    "not_in_edition",  # the story was dropped or merged, or is a reserve story
    "no_place",  # there is no such place
    "other_section",  # the place is among stories of another section
    "same_story",  # a story can't be merged with itself
    "no_article",  # the article is none of the story's
    "nothing_to_undo",  # the story is as it was; the draft isn't rejected
    "later_merge",  # another story was merged into the same one later
    "note_too_long",  # more than MAX_NOTE characters
    "already",  # it is so already
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """The outcome of a decision, with the draft as it stands now."""

    draft: Draft
    #: ``done``; ``stale``: others decided since, and nothing was changed; ``closed``: it is too late; ``refused``.
    outcome: Literal["done", "stale", "closed", "refused"]
    refusal: Refusal | None = None
    #: In plain English: what was done, or why not.
    message: str = ""
    #: Of a stale decision: the decisions since the version that was expected.
    others: tuple[DecisionRecord, ...] = field(default=())
