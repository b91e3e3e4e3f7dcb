"""Forms of a draft's page: from fields to a decision, and back to the button that undoes it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from digest.model.drafts import (
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
    Reject,
    Reopen,
    Restore,
    Unpin,
)

#: What a page can ask about one story, beside ``more``, and about the draft as a whole.
STORY_TASKS = ("drop", "restore", "pin", "unpin", "move", "headline", "merge")
DRAFT_TASKS = ("note", "approve", "reject", "reopen")
_MAX_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftForm:
    """The fields of a form, read: the task, the story's number, and one number more."""

    task: str
    story: int = 0
    #: A place, another story's number or an article's number, by the task.
    number: int = 0
    note: str = ""

    @classmethod
    def read(cls, field: Callable[[str], str]) -> DraftForm:
        """Read ``do`` (``drop 3``, ``move 3 5``), and the fields of the forms that need more than a button."""
        task, _, numbers = field("do").strip().partition(" ")
        story, _, number = numbers.partition(" ")
        named = {"move": "place", "merge": "other", "headline": "article"}.get(task, "")
        note = "\n".join(field("note").splitlines()).strip() if task == "note" else ""
        return cls(
            task=task, story=_number(story), number=_number(number or (field(named) if named else "")), note=note
        )

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that say the same again."""
        numbers = (number for number in (self.story, self.number) if number)
        do = " ".join((self.task, *map(str, numbers)))
        return {"do": do, "note": self.note} if self.task == "note" else {"do": do}

    def is_step_of(self, decision: Decision) -> bool:
        """Whether the form asks for one step up or down, and the decision moved that story."""
        return self.task in {"up", "down"} and isinstance(decision, Move) and decision.story == self.story

    def decision(self, draft: Draft) -> Decision | None:
        """The decision that is asked for; None if the form asks for nothing that there is."""
        story = draft.story(self.story)
        match self.task:
            case "note":
                return Note(text=self.note)
            case "approve":
                return Approve()
            case "reject":
                return Reject()
            case "reopen":
                return Reopen()
            case "up" | "down" if story and story.place:
                return Move(story=self.story, place=story.place + (-1 if self.task == "up" else 1))
            case "move":
                return Move(story=self.story, place=self.number)
            case "merge":
                return Merge(story=self.story, other=self.number)
            case "headline":
                articles = (article for article in story.articles if article.number == self.number) if story else ()
                return Headline(story=self.story, article=next((article.id for article in articles), ""))
        kinds: Mapping[str, type[Drop | Restore | Pin | Unpin]] = {
            "drop": Drop,
            "restore": Restore,
            "pin": Pin,
            "unpin": Unpin,
        }
        return kinds[self.task](story=self.story) if self.task in kinds else None


def story_of(record: DecisionRecord, draft: Draft) -> int:
    """The number of the story at which a decision shows; 0 for the whole draft."""
    number = int(getattr(record.decision, "story", 0))
    story = draft.story(number)
    return (story.merged_into if story else 0) or number


def undo_of(record: DecisionRecord, draft: Draft, *, former: int) -> str:
    """The value of the button that takes the decision back; empty without one. ``former``: a moved story's place."""
    decision = record.decision
    match decision:
        case Drop():
            return f"restore {decision.story}"
        case Pin():
            return f"unpin {decision.story}"
        case Unpin():
            return f"pin {decision.story}"
        case Move() if former:
            return f"move {decision.story} {former}"
        case Merge():
            merged = (number for number in (decision.story, decision.other) if _is_merged(draft, number))
            return next((f"restore {number}" for number in merged), "")
        case Headline():
            article = _former_headline(decision, record, draft)
            return f"headline {decision.story} {article}" if article else ""
        case Note():
            return "note"
        case Reject():
            return "reopen"
        case Reopen():
            return "reject"
    return ""


def former_note(record: DecisionRecord, history: Sequence[DecisionRecord]) -> str:
    """The note before this decision."""
    notes = (earlier.decision.text for earlier in _before(record, history) if isinstance(earlier.decision, Note))
    return next(notes, "")


def _former_headline(decision: Headline, record: DecisionRecord, draft: Draft) -> int:
    """The number of the article that gave the title before; 0 if it isn't there any more."""
    story = draft.story(decision.story)
    articles = story.articles if story else ()
    earlier = (
        before.decision.article
        for before in _before(record, draft.history)
        if isinstance(before.decision, Headline) and before.decision.story == decision.story
    )
    former_id = next(earlier, articles[0].id if articles else "")
    return next((article.number for article in articles if article.id == former_id), 0)


def _before(record: DecisionRecord, history: Sequence[DecisionRecord]) -> Sequence[DecisionRecord]:
    """Earlier decisions, the last first."""
    return [earlier for earlier in reversed(history) if earlier.version < record.version]


def _is_merged(draft: Draft, number: int) -> bool:
    story = draft.story(number)
    return story is not None and story.merged_into > 0


def _number(text: str) -> int:
    """A number of a form; 0, which nothing has, for anything else."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS else 0
