"""Holding an edition back for its editor: when its draft is due, what it holds, and whether the edition may go out."""

from __future__ import annotations

import enum
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from digest.model.audiences import AS_PUBLISHED
from digest.model.drafts import DraftState
from digest.model.newsletters import Newsletter
from digest.model.slots import Slot
from digest.pipeline import slots as schedule
from digest.pipeline.app import App
from digest.pipeline.draft_content import DraftContent
from digest.pipeline.editor_desk import open_stored
from digest.pipeline.slot_digests import SlotDigests
from digest.store import drafts, nested_json, slots
from digest.store.drafts import StoredDraft
from digest.store.slots import SlotStatus

#: Further stories that a draft shows.
RESERVE = 5
#: Where an edition must not go out unseen, a late draft waits at most until so long before it counts as missed.
_MARGIN = timedelta(minutes=5)


class Hold(enum.Enum):
    """What an edition's draft says about publishing it."""

    #: It has no draft, or its draft is ready.
    RELEASED = "released"
    #: Its editor may still decide; or its draft must be composed first.
    WAITING = "waiting"
    #: It must not go out.
    REJECTED = "rejected"
    #: It must not go out, since its editor decided nothing.
    UNANSWERED = "unanswered"


def hold_of(draft: StoredDraft | None, newsletter: Newsletter, *, now: datetime) -> Hold:
    """Whether the edition of this draft may go out. Pure. Settings that hold nothing back any more let it go."""
    if draft is None:
        return Hold.WAITING if newsletter.hold and newsletter.unanswered == "skip" else Hold.RELEASED
    if draft.state is DraftState.CLOSED:
        return Hold.REJECTED
    if draft.state in {DraftState.OPEN, DraftState.REJECTED} and now < draft.until:
        return Hold.WAITING
    if draft.state is DraftState.REJECTED:
        return Hold.REJECTED
    must_answer = newsletter.hold and newsletter.unanswered == "skip"
    if draft.state is DraftState.OPEN and must_answer and not draft.version:
        return Hold.UNANSWERED
    return Hold.RELEASED


def draft_of(conn: Connection, newsletter_id: str, slot: Slot, *, audience: str = "") -> StoredDraft | None:
    """The slot's draft, also if the schedule's time was changed since; for an audience only that of the very same slot:
    its own time of that date is another slot."""
    draft = drafts.find(conn, newsletter_id, slot.key)
    return draft if draft and (draft.slot.due == slot.due or not audience) else None


def slot_to_draft(conn: Connection, newsletter: Newsletter, *, due: Slot | None, now: datetime) -> Slot | None:
    """The slot whose draft is due now; ``due`` is the one to publish now.

    A slot that is due already gets a draft only where its edition must not go out unseen.
    """
    if not newsletter.hold:
        return None
    upcoming = schedule.upcoming(newsletter.schedule, newsletter.timezone, now)
    candidates = [upcoming] if upcoming.due - newsletter.hold <= now else []
    if due and newsletter.unanswered == "skip" and _end(newsletter, due, now) > now:
        candidates.insert(0, due)
    for slot in candidates:
        is_new = drafts.find(conn, newsletter.id, slot.key) is None
        if is_new and slots.status(conn, newsletter.id, slot.key) is None:
            return slot
    return None


def compose_draft(newsletter: Newsletter, slot: Slot, app: App, *, now: datetime) -> DraftContent:
    """The content of the slot's draft; articles that are left out without their texts."""
    from digest.pipeline.compose import Scope, compose_content  # imports numpy

    digests = SlotDigests(newsletter=newsletter, audience=AS_PUBLISHED, slot=slot, app=app, now=now)
    with app.store.read() as conn:
        window = digests.plan(conn).window
    content = compose_content(newsletter, slot, app, Scope(window=window), reserve=RESERVE)
    left_out = (replace(item, article=replace(item.article, paragraphs=())) for item in content.digest.left_out)
    return replace(content, digest=replace(content.digest, left_out=tuple(left_out)))


def store_draft(
    conn: Connection, newsletter: Newsletter, slot: Slot, content: DraftContent, *, composed: datetime, now: datetime
) -> int | None:
    """Store the draft and return its id; None if another process stored one, or the slot has a status by now."""
    if slots.status(conn, newsletter.id, slot.key) is not None:
        return None
    encoded, until = nested_json.encode(content), _end(newsletter, slot, now)
    return drafts.add(conn, newsletter.id, slot, encoded, composed=composed, until=until)


def _end(newsletter: Newsletter, slot: Slot, now: datetime) -> datetime:
    """Until when the editor may decide."""
    if newsletter.unanswered == "send" or slot.due > now:
        return slot.due
    return min(now + newsletter.hold, slot.due + newsletter.catch_up - _MARGIN)


def close(conn: Connection, newsletter: Newsletter, slot: Slot, *, audience: str, now: datetime) -> None:
    """Record that the slot's edition for this audience does not go out."""
    draft = draft_of(conn, newsletter.id, slot, audience=audience)
    if draft and not audience:
        drafts.finish(conn, draft, DraftState.CLOSED)
    slots.record_status(conn, newsletter.id, slot, SlotStatus.REJECTED, at=now, audience=audience)


def open_draft(conn: Connection, digests: SlotDigests) -> Hold:
    """Give the slot's digests their draft; whether they may be published. A further revision is composed anew."""
    digests.draft = None
    if digests.new_revision:
        return Hold.RELEASED
    newsletter = digests.newsletter
    draft = draft_of(conn, newsletter.id, digests.slot, audience=digests.audience.key)
    if draft is None or (draft.state is DraftState.EMPTY and not digests.audience.key):
        return Hold.RELEASED
    hold = hold_of(draft, newsletter, now=digests.now)
    digests.draft = open_stored(conn, draft, newsletter) if hold is Hold.RELEASED else None
    return hold
