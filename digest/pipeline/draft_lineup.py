"""A draft's stories after an editor's decisions. Pure: the same content and decisions give the same edition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from digest.model.digests import Digest, EditorNote
from digest.model.drafts import (
    MAX_NOTE,
    Approve,
    Decision,
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
from digest.model.stories import Brief, LeftOut
from digest.pipeline.draft_content import DraftContent, with_lead
from digest.stories.subject import stories_for_subject

#: Reason for articles of a story that an editor left out.
DROPPED = "dropped by the editor"


class RefusedDecision(Exception):
    """A decision that can't be carried out."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class _Merged:
    """A story that was merged into another one, and the place that it had."""

    into: int
    other: int
    index: int | None
    #: Of the story that it was merged into, before.
    brief: Brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """Stories in the edition by number, and everything else that was decided."""

    briefs: Mapping[int, Brief]
    #: In the edition, in its order.
    order: tuple[int, ...]
    #: Pinned stories, and the index from which each came; None for a reserve story.
    pinned: Mapping[int, int | None] = field(default_factory=dict)
    #: Likewise.
    dropped: Mapping[int, int | None] = field(default_factory=dict)
    merges: tuple[_Merged, ...] = ()
    #: Chosen articles' ids.
    headlines: Mapping[int, str] = field(default_factory=dict)
    note: str = ""
    is_approved: bool = False
    is_rejected: bool = False

    @classmethod
    def of(cls, content: DraftContent) -> Lineup:
        """The stories as composed."""
        return cls(briefs=content.briefs, order=tuple(range(1, len(content.digest.briefs) + 1)))

    @property
    def merged(self) -> Mapping[int, int]:
        """Numbers of merged stories, with those of the stories that have them now."""
        return {merge.other: merge.into for merge in self.merges}

    def brief(self, number: int) -> Brief:
        """The story as it would be sent: with its chosen headline; a pinned one under no section's heading."""
        brief = _with_headline(self.briefs[number], self.headlines.get(number, ""))
        return replace(brief, ranked=replace(brief.ranked, section="")) if number in self.pinned else brief

    def section(self, number: int) -> str:
        """The heading under which the story stands."""
        return "" if number in self.pinned else self.briefs[number].ranked.section

    def merge_order(self, decision: Merge) -> tuple[int, int]:
        """The story of the two that keeps its place, and the other one."""
        self._require_story(decision.story)
        self._require_story(decision.other)
        if decision.story == decision.other:
            raise RefusedDecision("same_story")
        places = {number: index for index, number in enumerate(self.order)}
        first, second = sorted((decision.story, decision.other), key=lambda number: places.get(number, len(places)))
        if first not in places or second in self.dropped or second in self.merged:
            raise RefusedDecision("not_in_edition")
        return first, second

    def after(self, decision: Decision, merged: Brief | None = None) -> Lineup:
        """The lineup after the decision; ``merged`` is the brief of a merged story. Raises ``RefusedDecision``."""
        match decision:
            case Note():
                return self._write_note(decision.text)
            case Approve():
                return replace(self, is_approved=True, is_rejected=False)
            case Reject() | Reopen():
                return self._reject(is_rejected=isinstance(decision, Reject))
        return self._after_story(decision, merged)

    def _after_story(
        self, decision: Drop | Restore | Pin | Unpin | Move | Merge | Headline, merged: Brief | None
    ) -> Lineup:
        match decision:
            case Drop():
                return self._drop(decision.story)
            case Restore():
                return self._restore(decision.story)
            case Pin():
                return self._pin(decision.story)
            case Unpin():
                return self._unpin(decision.story)
            case Move():
                return self._move(decision.story, decision.place)
            case Merge():
                return self._merge(decision, merged)
            case Headline():
                return self._choose_headline(decision)

    def _drop(self, number: int) -> Lineup:
        index = self._index(number)
        lineup = self._without(number)
        return replace(lineup, dropped={**self.dropped, number: self.pinned.get(number, index)})

    def _restore(self, number: int) -> Lineup:
        self._require_story(number)
        if number in self.dropped:
            dropped = {other: index for other, index in self.dropped.items() if other != number}
            return replace(self, dropped=dropped)._insert(number, self.dropped[number])
        if number in self.merged:
            return self._undo_merge(number)
        raise RefusedDecision("nothing_to_undo")

    def _undo_merge(self, number: int) -> Lineup:
        [place] = [place for place, merge in enumerate(self.merges) if merge.other == number]
        merge = self.merges[place]
        if merge.into in self.merged or any(later.into == merge.into for later in self.merges[place + 1 :]):
            raise RefusedDecision("later_merge")
        chosen = self.headlines.get(merge.into, "")
        keeps_headline = any(article.id == chosen for article in merge.brief.story.all_articles)
        headlines = {story: id_ for story, id_ in self.headlines.items() if story != merge.into or keeps_headline}
        merges = tuple(other for other in self.merges if other is not merge)
        lineup = replace(self, briefs={**self.briefs, merge.into: merge.brief}, merges=merges, headlines=headlines)
        return lineup._insert(number, merge.index)

    def _pin(self, number: int) -> Lineup:
        self._require_available(number)
        if number in self.pinned:
            raise RefusedDecision("already")
        index = self.order.index(number) if number in self.order else None
        others = tuple(other for other in self.order if other != number)
        first = sum(other in self.pinned for other in others)
        order = (*others[:first], number, *others[first:])
        return replace(self, pinned={**self.pinned, number: index}, order=order)._in_sections()

    def _unpin(self, number: int) -> Lineup:
        self._index(number)
        if number not in self.pinned:
            raise RefusedDecision("nothing_to_undo")
        return self._without(number)._insert(number, self.pinned[number])

    def _move(self, number: int, place: int) -> Lineup:
        self._require_available(number)
        others = [other for other in self.order if other != number]
        if not 1 <= place <= len(others) + 1:
            raise RefusedDecision("no_place")
        order = (*others[: place - 1], number, *others[place - 1 :])
        lineup = replace(self, order=order)
        if lineup._in_sections().order != order:
            raise RefusedDecision("other_section")
        return lineup

    def _merge(self, decision: Merge, merged: Brief | None) -> Lineup:
        first, second = self.merge_order(decision)
        if merged is None:
            raise ValueError("a merge needs the brief of the merged story")
        index = self.pinned.get(second, self.order.index(second) if second in self.order else None)
        merge = _Merged(into=first, other=second, index=index, brief=self.briefs[first])
        lineup = self._without(second)
        return replace(lineup, briefs={**self.briefs, first: merged}, merges=(*self.merges, merge))

    def _choose_headline(self, decision: Headline) -> Lineup:
        self._require_available(decision.story)
        story = self.briefs[decision.story].story
        if not any(article.id == decision.article and article.title for article in story.all_articles):
            raise RefusedDecision("no_article")
        if decision.article == self.brief(decision.story).story.lead.id:
            raise RefusedDecision("already")
        return replace(self, headlines={**self.headlines, decision.story: decision.article})

    def _write_note(self, text: str) -> Lineup:
        if len(text) > MAX_NOTE:
            raise RefusedDecision("note_too_long")
        if text == self.note:
            raise RefusedDecision("already")
        return replace(self, note=text)

    def _reject(self, *, is_rejected: bool) -> Lineup:
        if is_rejected == self.is_rejected:
            raise RefusedDecision("already" if is_rejected else "nothing_to_undo")
        return replace(self, is_rejected=is_rejected)

    def _index(self, number: int) -> int:
        """The story's index in the edition."""
        self._require_story(number)
        if number not in self.order:
            raise RefusedDecision("not_in_edition")
        return self.order.index(number)

    def _require_story(self, number: int) -> None:
        if number not in self.briefs:
            raise RefusedDecision("no_story")

    def _require_available(self, number: int) -> None:
        """Refuse a story that was dropped or merged: it must be restored first."""
        self._require_story(number)
        if number in self.dropped or number in self.merged:
            raise RefusedDecision("not_in_edition")

    def _without(self, number: int) -> Lineup:
        pinned = {other: index for other, index in self.pinned.items() if other != number}
        return replace(self, order=tuple(other for other in self.order if other != number), pinned=pinned)

    def _insert(self, number: int, index: int | None) -> Lineup:
        """The lineup with the story at this index, as near as its section allows; None for a reserve story."""
        if index is None:
            return self._in_sections()
        return replace(self, order=(*self.order[:index], number, *self.order[index:]))._in_sections()

    def _in_sections(self) -> Lineup:
        """The lineup with the stories of each section together, as the edition shows them."""
        sections = list(dict.fromkeys(map(self.section, self.order)))
        if "" in sections and self.pinned:
            sections.insert(0, sections.pop(sections.index("")))
        order = tuple(sorted(self.order, key=lambda number: sections.index(self.section(number))))
        return replace(self, order=order)


def lineup_after(content: DraftContent, decisions: Iterable[tuple[Decision, Brief | None]]) -> Lineup:
    """The stories after these decisions, each with the brief of its merged story.

    A decision that another version took, and this one refuses, changes nothing: the edition must go out.
    """
    lineup = Lineup.of(content)
    for decision, brief in decisions:
        with suppress(RefusedDecision):
            lineup = lineup.after(decision, brief)
    return lineup


def digest_of(content: DraftContent, lineup: Lineup) -> Digest:
    """The digest as the editor decided."""
    briefs = tuple(map(lineup.brief, lineup.order))
    dropped = (article for number in sorted(lineup.dropped) for article in lineup.briefs[number].story.all_articles)
    left_out = tuple(LeftOut(article=article, reason=DROPPED) for article in dropped)
    editor = content.digest.newsletter.editor
    is_as_composed = briefs == content.digest.briefs
    return replace(
        content.digest,
        briefs=briefs,
        subject_stories=content.digest.subject_stories if is_as_composed else stories_for_subject(briefs),
        left_out=(*content.digest.left_out, *left_out),
        is_exhaustive=content.digest.is_exhaustive and not lineup.dropped,
        note=EditorNote(text=lineup.note, author=editor.name if editor else "") if lineup.note else None,
    )


def _with_headline(brief: Brief, article_id: str) -> Brief:
    return (
        replace(brief, ranked=replace(brief.ranked, story=with_lead(brief.story, article_id))) if article_id else brief
    )
