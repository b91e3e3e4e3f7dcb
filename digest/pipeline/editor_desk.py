"""The editor's desk: drafts as they stand, and decisions about them, each in one transaction with its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from digest.model.digests import Digest
from digest.model.drafts import (
    Approve,
    Decision,
    DecisionRecord,
    DecisionResult,
    Draft,
    DraftState,
    Drop,
    Merge,
    Reject,
    Reopen,
    Restore,
)
from digest.model.errors import DigestError
from digest.model.newsletters import Newsletter
from digest.model.protocols import Budget
from digest.model.stories import Brief
from digest.pipeline.app import App
from digest.pipeline.draft_content import DraftContent, merged_story
from digest.pipeline.draft_lineup import Lineup, RefusedDecision, digest_of, lineup_after
from digest.pipeline.draft_messages import describe_refusal, describe_result
from digest.pipeline.draft_view import draft_stories
from digest.settings import Settings
from digest.store import drafts, nested_json
from digest.store.drafts import StoredDecision, StoredDraft

#: A decision that expects no version is tried again if another one comes between, so often.
_MAX_TRIES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDraft:
    """A draft with its content, as read at one moment."""

    stored: StoredDraft
    content: DraftContent
    decisions: tuple[StoredDecision, ...]
    lineup: Lineup

    @property
    def digest(self) -> Digest:
        """The digest as it would be sent."""
        return digest_of(self.content, self.lineup)

    @property
    def draft(self) -> Draft:
        """The draft for people."""
        return Draft(
            id=self.stored.id,
            newsletter_id=self.stored.newsletter_id,
            slot=self.stored.slot,
            composed=self.stored.composed,
            until=self.stored.until,
            state=self.stored.state,
            version=self.stored.version,
            stories=draft_stories(self.lineup, first_reserve=len(self.content.digest.briefs) + 1),
            note=self.lineup.note,
            history=tuple(decision.record for decision in self.decisions),
            mailed=self.stored.mailed,
        )


def find_draft(app: App, newsletter: Newsletter, slot_key: str = "") -> Draft | None:
    """The draft of the newsletter's slot, or its newest one; None if there is none, or its content was deleted."""
    with app.store.read() as conn:
        stored = drafts.find(conn, newsletter.id, slot_key) if slot_key else drafts.newest(conn, newsletter.id)
        opened = open_stored(conn, stored, newsletter) if stored else None
    return opened.draft if opened else None


def get_draft(app: App, draft_id: int) -> Draft | None:
    """The draft with this id; None if there is none, its content was deleted, or its newsletter was removed."""
    with app.store.read() as conn:
        opened = _open(conn, draft_id, app.settings)
    return opened.draft if opened else None


def draft_digest(app: App, draft_id: int) -> Digest | None:
    """The draft's digest as it would be sent now; None as for ``get_draft``."""
    with app.store.read() as conn:
        opened = _open(conn, draft_id, app.settings)
    return opened.digest if opened else None


def waiting_drafts(app: App) -> tuple[Draft, ...]:
    """Drafts of all newsletters that are not sent yet, the earliest slot first."""
    with app.store.read() as conn:
        opened = [_open(conn, stored.id, app.settings) for stored in drafts.waiting(conn)]
    return tuple(draft.draft for draft in opened if draft)


def open_waiting(conn: Connection, newsletter: Newsletter, *, now: datetime) -> OpenedDraft | None:
    """The newsletter's draft that will be sent as it stands, unless its editor decides otherwise; None for none."""
    stored = drafts.newest(conn, newsletter.id)
    is_waiting = stored and (
        stored.state is DraftState.APPROVED or (stored.state is DraftState.OPEN and now < stored.until)
    )
    return open_stored(conn, stored, newsletter) if stored and is_waiting else None


def open_stored(conn: Connection, stored: StoredDraft, newsletter: Newsletter) -> OpenedDraft | None:
    """The draft with its content; None if that was deleted."""
    encoded = drafts.content(conn, stored.id)
    if encoded is None:
        return None
    content = nested_json.decode(DraftContent, encoded, newsletter)
    decisions = drafts.history(conn, stored.id)
    lineup = lineup_after(content, ((entry.record.decision, _merged_brief(entry)) for entry in decisions))
    return OpenedDraft(stored=stored, content=content, decisions=decisions, lineup=lineup)


def decide(
    app: App, draft_id: int, decision: Decision, *, by: str, now: datetime, expected_version: int | None = None
) -> DecisionResult | None:
    """Carry out an editor's decision; None if there is no such draft.

    It is refused if the draft has another version than ``expected_version``: then another editor decided since. ``by``
    is ``command``, ``operator`` or the editor's address.
    """
    for _ in range(_MAX_TRIES):
        with app.store.read() as conn:
            opened = _open(conn, draft_id, app.settings)
        if opened is None:
            return None
        if (refused := _refuse(opened, expected_version, now)) is not None:
            return refused
        if (result := _try_to_decide(app, opened, decision, by=by, now=now)) is not None:
            return result
    raise DigestError("others decide about the draft faster than it can be read", hint="try again")


def _refuse(opened: OpenedDraft, expected_version: int | None, now: datetime) -> DecisionResult | None:
    draft = opened.draft
    if not draft.is_decidable(now):
        return DecisionResult(draft=draft, outcome="closed", message=_closed_message(draft))
    if expected_version is not None and expected_version != draft.version:
        return _stale(opened, expected_version=expected_version)
    return None


def _stale(opened: OpenedDraft, *, expected_version: int) -> DecisionResult:
    draft = opened.draft
    others = tuple(record for record in draft.history if record.version > expected_version)
    message = f"{others[-1].by if others else 'another editor'} changed the draft meanwhile: look at it again"
    return DecisionResult(draft=draft, outcome="stale", message=message, others=others)


def _closed_message(draft: Draft) -> str:
    reasons = {
        DraftState.APPROVED: "was approved, and is being sent",
        DraftState.PUBLISHED: "was sent",
        DraftState.CLOSED: "is closed: nothing was sent",
    }
    reason = reasons.get(draft.state, "can't be changed any more: its time is over")
    return f"the edition of {draft.newsletter_id} for {draft.slot.key} {reason}"


def _try_to_decide(
    app: App, opened: OpenedDraft, decision: Decision, *, by: str, now: datetime
) -> DecisionResult | None:
    """Decide; None if somebody else decided at the same moment."""
    try:
        merged = _merge(app, opened, decision) if isinstance(decision, Merge) else None
        lineup = opened.lineup.after(decision, merged)
    except RefusedDecision as error:
        message = describe_refusal(decision, error.refusal)
        return DecisionResult(draft=opened.draft, outcome="refused", refusal=error.refusal, message=message)
    record = DecisionRecord(version=opened.stored.version + 1, at=now, by=by, decision=decision)
    brief = nested_json.encode(merged) if merged else None
    state = _state_after(decision, opened.stored.state)
    with app.store.begin() as conn:
        if not drafts.add_decision(conn, opened.stored, record, state=state, brief=brief):
            return None
        _record_dropped(conn, opened, decision, now=now)
    stored = replace(opened.stored, version=record.version, state=state)
    decisions = (*opened.decisions, StoredDecision(record=record, brief=brief))
    draft = replace(opened, stored=stored, lineup=lineup, decisions=decisions).draft
    return DecisionResult(draft=draft, outcome="done", message=describe_result(decision, draft))


def _record_dropped(conn: Connection, opened: OpenedDraft, decision: Decision, *, now: datetime) -> None:
    """Keep a dropped story's articles out of all of the newsletter's editions, or let them have them again."""
    if not isinstance(decision, Drop | Restore) or decision.story in opened.lineup.merged:
        return
    ids = {article.id for article in opened.lineup.briefs[decision.story].story.all_articles}
    if isinstance(decision, Drop):
        drafts.drop_articles(conn, opened.stored.newsletter_id, ids, at=now)
    else:
        drafts.restore_articles(conn, opened.stored.newsletter_id, ids)


def _state_after(decision: Decision, state: DraftState) -> DraftState:
    match decision:
        case Approve():
            return DraftState.APPROVED
        case Reject():
            return DraftState.REJECTED
        case Reopen():
            return DraftState.OPEN
    return state


def _merge(app: App, opened: OpenedDraft, decision: Merge) -> Brief:
    """The merged story, summarized from the articles of both."""
    from digest.stories.summarize import summarize  # imports numpy

    numbers = opened.lineup.merge_order(decision)
    first, second = (opened.lineup.briefs[number].ranked for number in numbers)
    newsletter = opened.content.digest.newsletter
    published = (*first.already_published, *second.already_published)
    story = merged_story(first.story, second.story)
    ranked = replace(
        first,
        story=story,
        update=first.update and second.update,
        already_published=tuple(dict.fromkeys(published)),
    )
    budget = Budget(sentences=newsletter.sentences, words=newsletter.words)
    [brief] = summarize((ranked,), app.summarizer(newsletter, lambda _: None), budget)
    return replace(brief, ranked=replace(brief.ranked, story=story))  # a summary may choose another lead


def _open(conn: Connection, draft_id: int, settings: Settings) -> OpenedDraft | None:
    stored = drafts.get(conn, draft_id)
    newsletter = next((item for item in settings.newsletters if stored and item.id == stored.newsletter_id), None)
    return open_stored(conn, stored, newsletter) if stored and newsletter else None


def _merged_brief(entry: StoredDecision) -> Brief | None:
    return nested_json.decode(Brief, entry.brief) if entry.brief is not None else None
